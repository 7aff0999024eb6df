-- The rules that a house keeps for its players: exclusions that lift themselves, blocks, identity
-- checks, limits of a player's own, reality checks; and switches of the house that every process sees.

-- What a player is again when exclusion and block are over.
alter table player add column status_before text
    check (status_before in ('unverified', 'verified'));
-- Of somebody who is excluded and has none, the exclusion has no end.
alter table player add column excluded_until_ms integer;
alter table player add column verified_at_ms integer;
alter table player add column verified_by text; -- as in the audit log
alter table player add column verification_asked_at_ms integer; -- null: nobody waits for it
alter table player add column reality_check_at_ms integer; -- when they last went on after one

create index player_excluded on player (excluded_until_ms) where excluded_until_ms is not null;
create index player_to_verify on player (verification_asked_at_ms)
where verification_asked_at_ms is not null;

create table deposit_limit (
    player_id text not null references player (id),
    period text not null check (period in ('day', 'week')),
    in_force_cents integer check (in_force_cents >= 0), -- null: no limit
    coming_cents integer check (coming_cents >= 0),     -- null: no limit, where coming_from_ms is set
    coming_from_ms integer,                             -- null: no other limit is to come
    primary key (player_id, period)
) strict, without rowid;

create table house_switch (
    name text primary key check (name in ('maintenance')),
    is_on integer not null check (is_on in (0, 1)),
    actor text not null,
    reason text not null,
    at_ms integer not null
) strict, without rowid;
