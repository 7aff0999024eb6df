-- SMS from players: what came in and how it was answered, and which numbers refuse promotions.
-- An answer may go to a number that is no player, so an SMS need not be a player's any more.

alter table outbox alter column player_id drop not null;
alter table outbox add column class text not null default 'receipt'
    check (class in ('receipt', 'answer', 'promotion'));

-- One row for each message, however often it is told of.
create table sms_inbound (
    identity text primary key, -- the gateway's id, or else sender, date and text
    msisdn text not null,
    keyword text, -- null: none was understood
    answer text, -- null: none was given
    received_at_ms bigint not null
);

create index sms_inbound_by_number on sms_inbound (msisdn, received_at_ms);
create index sms_inbound_by_age on sms_inbound (received_at_ms);

-- By number and not by player: a number that is no player may say STOP, too.
create table sms_consent (
    msisdn text primary key,
    promotions text not null check (promotions in ('given', 'refused')),
    source text not null check (source in ('keyword', 'gateway')),
    at_ms bigint not null
);
