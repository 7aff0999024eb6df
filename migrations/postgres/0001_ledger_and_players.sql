-- Players, wallets and the ledger. Times are milliseconds since the epoch, money is cents.
-- The database itself keeps the promises of the ledger: balanced, append-only, once per cause,
-- and no wallet below zero.

create table player (
    id text primary key,
    msisdn text not null unique,
    locale text not null,
    status text not null default 'unverified'
        check (status in ('unverified', 'verified', 'excluded', 'blocked')),
    registered_at_ms bigint not null
);

-- The running balance of a wallet; only the trigger below changes it. System accounts have none:
-- their balance is a sum over transfers, for a row of theirs would be a hot spot.
create table wallet (
    player_id text primary key references player (id),
    balance_cents bigint not null default 0 check (balance_cents >= 0)
);

-- Every cause that was ever booked. Hash partitions keep its index small; because the partition key
-- is the cause itself, it is unique for ever and across all partitions, whatever becomes of old
-- transfers.
create table transfer_cause (
    cause text primary key
) partition by hash (cause);

create table transfer_cause_0 partition of transfer_cause for values with (modulus 4, remainder 0);
create table transfer_cause_1 partition of transfer_cause for values with (modulus 4, remainder 1);
create table transfer_cause_2 partition of transfer_cause for values with (modulus 4, remainder 2);
create table transfer_cause_3 partition of transfer_cause for values with (modulus 4, remainder 3);

-- Transfers by month. A job makes the partitions ahead; what falls outside of all of them goes to
-- the default one, so that no transfer is ever refused for want of a partition.
create table transfer (
    id bigint generated always as identity,
    cause text not null,
    reason text not null check (reason in (
        'deposit', 'park', 'assign', 'stake', 'bounty', 'fee', 'stake_back', 'refund_bonus')),
    from_account text not null check (from_account like 'wallet:_%' or from_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    to_account text not null check (to_account like 'wallet:_%' or to_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    amount_cents bigint not null check (amount_cents > 0),
    at_ms bigint not null,
    check (from_account <> to_account)
) partition by range (at_ms);

create table transfer_other partition of transfer default;

create index transfer_by_cause on transfer (cause);

-- Makes the partitions of this month and of the `months` after it, as far as they do not exist;
-- gives how many were made.
create function make_transfer_partitions(now_ms bigint, months integer) returns bigint
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
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;

create function transfer_moves_money() returns trigger language plpgsql as $$
begin
    if new.from_account like 'wallet:%' then
        update wallet set balance_cents = balance_cents - new.amount_cents
        where player_id = substr(new.from_account, 8);
        if not found then
            raise exception 'transfer names a wallet that does not exist';
        end if;
    end if;
    if new.to_account like 'wallet:%' then
        update wallet set balance_cents = balance_cents + new.amount_cents
        where player_id = substr(new.to_account, 8);
        if not found then
            raise exception 'transfer names a wallet that does not exist';
        end if;
    end if;
    return null;
end $$;

create trigger transfer_moves_money after insert on transfer
for each row execute function transfer_moves_money();

create function is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'transfers are append-only';
end $$;

create trigger transfer_is_never_changed before update or delete on transfer
for each row execute function is_append_only();

create trigger transfer_is_never_emptied before truncate on transfer
for each statement execute function is_append_only();

create trigger cause_is_never_changed before update or delete on transfer_cause
for each row execute function is_append_only();

create trigger cause_is_never_emptied before truncate on transfer_cause
for each statement execute function is_append_only();
