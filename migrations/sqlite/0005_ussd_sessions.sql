-- How USSD sessions ended, as their gateways tell: for figures, never for money. One row a session,
-- whatever comes twice; the raw event is in callback. No phone number: figures need none.

create table ussd_session (
    id text primary key, -- as in hop_receipt; a gateway's name stands before it, but for the first
    gateway text not null,
    network text not null,
    service_code text not null,
    status text not null check (status in ('success', 'incomplete', 'failed', 'other')),
    word text not null, -- the gateway's own word for it
    hops integer check (hops >= 0),
    duration_ms integer check (duration_ms >= 0),
    cost text not null, -- as it was told; empty where it was not
    cost_cents integer check (cost_cents >= 0), -- where that is an amount of shillings
    last_screen text not null, -- empty where nobody knows
    is_known integer not null check (is_known in (0, 1)), -- whether this service had answered it
    told_at_ms integer not null -- when the event came in
) strict;

create index ussd_session_by_age on ussd_session (told_at_ms);
