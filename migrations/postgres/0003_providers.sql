-- What goes to and comes from the providers: deposits, the SMS outbox, raw callbacks, parked
-- payments, and the receipts of hops.

create table deposit (
    id text primary key,
    player_id text not null references player (id),
    reference text not null unique, -- shown in the M-Pesa prompt
    state text not null check (state in ('requested', 'pushed', 'paid', 'failed')),
    requested_cents bigint not null check (requested_cents > 0),
    credited_cents bigint not null default 0 check (credited_cents >= 0),
    receipt text unique,
    flagged bigint not null default 0 check (flagged in (0, 1)),
    checkout_id text, -- Daraja's CheckoutRequestID
    failure text,
    requested_at_ms bigint not null,
    pushed_at_ms bigint,
    due_at_ms bigint, -- due and leased until: requested: push; pushed: ask
    lease bigint not null default 0,
    attempt bigint not null default 0,
    check ((state = 'paid') = (receipt is not null))
);

create index deposit_by_player on deposit (player_id, requested_at_ms);
create index deposit_due on deposit (state, due_at_ms) where due_at_ms is not null;

create table outbox (
    id text primary key,
    cause text not null unique, -- one SMS per event
    player_id text not null references player (id),
    msisdn text not null,
    kind text not null,
    body text not null,
    state text not null check (state in ('pending', 'sent', 'delivered', 'failed')),
    provider_id text, -- Africa's Talking messageId
    failure text,
    created_at_ms bigint not null,
    sent_at_ms bigint,
    due_at_ms bigint, -- due and leased until
    lease bigint not null default 0,
    attempt bigint not null default 0
);

create index outbox_due on outbox (due_at_ms) where due_at_ms is not null;
create index outbox_by_player on outbox (player_id, created_at_ms);
create index outbox_by_provider_id on outbox (provider_id) where provider_id is not null;

-- Every callback as it came, before anything is done about it.
create table callback (
    id text primary key,
    kind text not null,
    subject text not null, -- what its URL names: a deposit; empty where it names nothing
    body bytea not null,
    source text not null,
    received_at_ms bigint not null,
    state text not null check (state in ('new', 'done', 'dead')),
    outcome text,
    due_at_ms bigint, -- due and leased until
    lease bigint not null default 0,
    attempt bigint not null default 0
);

create index callback_due on callback (due_at_ms) where due_at_ms is not null;
create index callback_by_age on callback (received_at_ms);

create table parked (
    id text primary key,
    receipt text not null,
    amount_cents bigint not null check (amount_cents > 0),
    reason text not null,
    cause text not null unique, -- the cause of the transfer that parked it
    parked_at_ms bigint not null,
    assigned_to text references player (id),
    assigned_at_ms bigint,
    note text,
    check ((assigned_to is null) = (assigned_at_ms is null))
);

-- What a hop with an effect did and answered, written in the same transaction as the effect.
create table hop_receipt (
    session_id text not null,
    transcript text not null,
    msisdn text not null,
    conversation text not null, -- JSON: the session after the hop, with the reply
    at_ms bigint not null,
    primary key (session_id, transcript)
);

create index hop_receipt_by_age on hop_receipt (at_ms);
