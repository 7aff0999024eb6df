-- What operators, players and the rules of the house did to players, payments and the house: who, what,
-- to whom and why. Only added to, never changed; no phone number stands in it, only ids.

create table audit (
    id text primary key,
    at_ms integer not null,
    actor text not null,   -- an administrator's name, or '(command line)', '(player)', '(service)'
    action text not null,  -- a word for what was done: 'exclude', 'assign', ...
    subject text not null, -- what it was done to: 'player', 'withdrawal', ...
    subject_id text not null,
    reason text not null check (reason <> ''),
    detail text not null default '' -- what changed, for a person
) strict;

create index audit_by_subject on audit (subject, subject_id);
create index audit_by_time on audit (at_ms, id);

create trigger audit_is_never_changed before update on audit
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_is_never_deleted before delete on audit
begin
    select raise(abort, 'the audit log is append-only');
end;
