-- What operators do with money: corrections of the books, what M-Pesa took back; and finding the rows of
-- one player, whatever an operator knows of them.

insert into reason (name) values
    ('parked_back'), ('deposit_back'), ('payout_back'), ('adjustment'), ('adjustment_down'),
    ('cash_short'), ('cash_over');

-- A correction of the books. Above a limit somebody else approves it; the database refuses it otherwise.
create table adjustment (
    id text primary key,
    kind text not null check (kind in ('from_house', 'from_promo', 'to_house', 'cash_short', 'cash_over')),
    player_id text references player (id),
    amount_cents integer not null check (amount_cents > 0),
    state text not null check (state in ('proposed', 'booked', 'rejected')),
    needs_second integer not null check (needs_second in (0, 1)),
    reason text not null check (reason <> ''),
    proposed_by text not null,
    proposed_at_ms integer not null,
    decided_by text,
    decided_at_ms integer,
    decision text, -- why it was approved or rejected
    check ((kind in ('cash_short', 'cash_over')) = (player_id is null)),
    check ((state = 'proposed') = (decided_at_ms is null)),
    check ((decided_by is null) = (decided_at_ms is null)),
    check (state <> 'booked' or needs_second = 0 or decided_by <> proposed_by)
) strict;

create index adjustment_by_state on adjustment (state, proposed_at_ms);
create index adjustment_by_player on adjustment (player_id, proposed_at_ms);
create index adjustment_by_proposer on adjustment (proposed_by, proposed_at_ms);

-- What M-Pesa took back: once for each thing, and each reversal for one thing.
create table reversal (
    id text primary key,
    what text not null check (what in ('parked', 'deposit', 'payout')),
    subject_id text not null, -- the parked payment, the deposit or the withdrawal
    receipt text not null, -- of what was taken back
    reversal_receipt text not null unique, -- of the reversal
    amount_cents integer not null check (amount_cents > 0),
    at_ms integer not null,
    unique (what, subject_id)
) strict;

create index reversal_by_receipt on reversal (receipt);

alter table parked add column returned_at_ms integer; -- when it went back to its payer; it is nobody's then

-- Rows of one player, and what an operator is told on the phone.
create index transfer_from_wallet on transfer (from_account, at_ms) where from_account glob 'wallet:*';
create index transfer_to_wallet on transfer (to_account, at_ms) where to_account glob 'wallet:*';
create index callback_by_subject on callback (subject) where subject <> '';
create index hop_receipt_by_number on hop_receipt (msisdn, at_ms);
create index parked_by_receipt on parked (receipt);
create index parked_by_player on parked (assigned_to) where assigned_to is not null;
create index player_by_last_digits on player (substr(msisdn, 10)); -- the last four of "+254712345678"

-- What is off: SMS that were given up, payouts and deposits to look at, callbacks that were given up.
create index outbox_failed on outbox (created_at_ms) where state = 'failed';
create index withdrawal_open on withdrawal (requested_at_ms) where state in ('requested', 'sent', 'unknown');
create index callback_dead on callback (received_at_ms) where state = 'dead';
