-- Withdrawals: payouts by B2C, the gates that the whole fleet passes, and new reasons to move money.

-- Why money may move; `Reason` in the core says between which accounts. Not proved against the rows
-- that are there, for the old list was shorter.
alter table transfer drop constraint transfer_reason_check;
alter table transfer add constraint transfer_reason_check check (reason in (
    'deposit', 'park', 'assign', 'stake', 'bounty', 'fee', 'stake_back', 'refund_bonus',
    'withdrawal', 'payout', 'withdrawal_fee', 'withholding', 'withdrawal_back', 'late_payout'))
    not valid;

create table withdrawal (
    id text primary key,
    player_id text not null references player (id),
    originator_id text not null unique, -- ours, written down before the first send
    state text not null check (state in ('requested', 'sent', 'unknown', 'paid', 'failed')),
    amount_cents bigint not null check (amount_cents > 0), -- what the player asked for
    fee_cents bigint not null check (fee_cents >= 0),
    tax_cents bigint not null check (tax_cents >= 0),
    payout_cents bigint not null check (payout_cents > 0), -- what M-Pesa pays out
    receipt text unique,
    flagged bigint not null default 0 check (flagged in (0, 1)),
    failure text,
    requested_at_ms bigint not null,
    sent_at_ms bigint,
    ended_at_ms bigint,
    doubtful bigint not null default 0 check (doubtful in (0, 1)), -- an earlier send may have arrived
    unheard_of bigint not null default 0, -- how often M-Pesa said that it knows nothing of it
    due_at_ms bigint, -- due and leased until: requested: send; sent and unknown: ask
    lease bigint not null default 0,
    attempt bigint not null default 0,
    check (state <> 'paid' or receipt is not null)
);

create index withdrawal_by_player on withdrawal (player_id, requested_at_ms);
create index withdrawal_due on withdrawal (state, due_at_ms) where due_at_ms is not null;

-- What the whole fleet passes one at a time, or not at all while it is shut.
create table gate (
    name text primary key,
    opens_at_ms bigint not null,
    why text -- null: it only keeps a distance between two that pass
);
