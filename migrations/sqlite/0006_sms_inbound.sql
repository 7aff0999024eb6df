-- SMS from players: what came in and how it was answered, and which numbers refuse promotions.
-- An answer may go to a number that is no player, so an SMS need not be a player's any more.

-- SQLite cannot take "not null" from a column: the table is written anew.
create table outbox_anew (
    id text primary key,
    cause text not null unique, -- one SMS per event
    player_id text references player (id), -- null: the number is no player
    msisdn text not null,
    kind text not null,
    class text not null default 'receipt' check (class in ('receipt', 'answer', 'promotion')),
    body text not null,
    state text not null check (state in ('pending', 'sent', 'delivered', 'failed')),
    provider_id text, -- Africa's Talking messageId
    failure text,
    created_at_ms integer not null,
    sent_at_ms integer,
    due_at_ms integer, -- due and leased until
    lease integer not null default 0,
    attempt integer not null default 0
) strict;

insert into outbox_anew
    (id, cause, player_id, msisdn, kind, body, state, provider_id, failure, created_at_ms,
    sent_at_ms, due_at_ms, lease, attempt)
select id, cause, player_id, msisdn, kind, body, state, provider_id, failure, created_at_ms,
    sent_at_ms, due_at_ms, lease, attempt
from outbox;

drop table outbox;
alter table outbox_anew rename to outbox;

create index outbox_due on outbox (due_at_ms) where due_at_ms is not null;
create index outbox_by_player on outbox (player_id, created_at_ms);
create index outbox_by_provider_id on outbox (provider_id) where provider_id is not null;

-- One row for each message, however often it is told of.
create table sms_inbound (
    identity text primary key, -- the gateway's id, or else sender, date and text
    msisdn text not null,
    keyword text, -- null: none was understood
    answer text, -- null: none was given
    received_at_ms integer not null
) strict, without rowid;

create index sms_inbound_by_number on sms_inbound (msisdn, received_at_ms);
create index sms_inbound_by_age on sms_inbound (received_at_ms);

-- By number and not by player: a number that is no player may say STOP, too.
create table sms_consent (
    msisdn text primary key,
    promotions text not null check (promotions in ('given', 'refused')),
    source text not null check (source in ('keyword', 'gateway')),
    at_ms integer not null
) strict, without rowid;
