-- The database itself refuses to book a cause twice, and to empty one partition of the ledger.
--
-- Until now only the statement that books kept `transfer` and `transfer_cause` together. From here
-- on a cause also says when it was booked, which names the one partition that its transfer is in:
-- a transfer has to refer to its cause with that instant, and there it is unique. So there is one
-- transfer at most for each cause, in all partitions together, whoever writes.

alter table transfer_cause add column at_ms bigint;

alter table transfer_cause disable trigger cause_is_never_changed;
update transfer_cause set at_ms = coalesce((
    select min(at_ms) from transfer where transfer.cause = transfer_cause.cause), -1);
alter table transfer_cause enable trigger cause_is_never_changed;

comment on column transfer_cause.at_ms is 'when it was booked; -1: archived before this was kept';

alter table transfer_cause add constraint cause_has_its_time unique (cause, at_ms);

create unique index transfer_once on transfer (cause, at_ms);
drop index transfer_by_cause;

alter table transfer add constraint transfer_has_its_cause
foreign key (cause, at_ms) references transfer_cause (cause, at_ms);

-- A process of the version before writes causes without their time, and goes on while the others are
-- being replaced: its transfers bring the time. That is all that may ever change in a cause.
create function cause_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.at_ms is null and new.at_ms is not null
            and new.cause = old.cause then
        return new;
    end if;
    raise exception 'transfers are append-only';
end $$;

drop trigger cause_is_never_changed on transfer_cause;
create trigger cause_is_never_changed before update or delete on transfer_cause
for each row execute function cause_is_append_only();

create function cause_gets_its_time() returns trigger language plpgsql as $$
begin
    -- Looked at first: an update that finds nothing costs several times as much.
    if exists (select from transfer_cause where cause = new.cause and at_ms is null) then
        update transfer_cause set at_ms = new.at_ms where cause = new.cause and at_ms is null;
    end if;
    return null;
end $$;

-- Triggers run in the order of their names, and that of the reference begins with RI.
create trigger "A_cause_gets_its_time" after insert on transfer
for each row execute function cause_gets_its_time();

-- A trigger on the truncation of a partitioned table does not see that of a partition.
create function guard_against_truncate(name text) returns void language plpgsql as $$
begin
    execute format(
        'create trigger partition_is_never_emptied before truncate on %I
        for each statement execute function is_append_only()', name);
end $$;

select guard_against_truncate(relname::text)
from pg_inherits
join pg_class on pg_class.oid = inhrelid
where inhparent in ('transfer'::regclass, 'transfer_cause'::regclass);

create or replace function make_transfer_partitions(now_ms bigint, months integer) returns bigint
language plpgsql as $$
declare
    made bigint := 0;
    begins timestamp;
    name text;
begin
    perform pg_advisory_xact_lock(hashtextextended('make_transfer_partitions', 0));
    for ahead in 0..months loop
        begins := date_trunc('month', to_timestamp(now_ms / 1000.0) at time zone 'UTC')
            + make_interval(months => ahead);
        name := 'transfer_' || to_char(begins, 'YYYY_MM');
        if to_regclass(name) is null then
            execute format(
                'create table %I partition of transfer for values from (%s) to (%s)', name,
                (extract(epoch from begins at time zone 'UTC') * 1000)::bigint,
                (extract(epoch from (begins + interval '1 month') at time zone 'UTC') * 1000)::bigint);
            perform guard_against_truncate(name);
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;
