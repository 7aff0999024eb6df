-- Withdrawals: payouts by B2C, the gates that the whole fleet passes, and new reasons to move money.

-- Why money may move; `Reason` in the core says between which accounts. It was a check of `transfer`,
-- which has to be made anew for every change of it: a table of its own takes new rows.
create table reason (
    name text primary key
) strict, without rowid;

insert into reason (name) values
    ('deposit'), ('park'), ('assign'), ('stake'), ('bounty'), ('fee'), ('stake_back'),
    ('refund_bonus'), ('withdrawal'), ('payout'), ('withdrawal_fee'), ('withholding'),
    ('withdrawal_back'), ('late_payout');

create table transfer_with_any_reason (
    id integer primary key,
    cause text not null unique,
    reason text not null references reason (name),
    from_account text not null check (from_account glob 'wallet:?*' or from_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    to_account text not null check (to_account glob 'wallet:?*' or to_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    amount_cents integer not null check (amount_cents > 0),
    at_ms integer not null,
    check (from_account <> to_account)
) strict;

insert into transfer_with_any_reason (id, cause, reason, from_account, to_account, amount_cents, at_ms)
select id, cause, reason, from_account, to_account, amount_cents, at_ms from transfer order by id;

drop table transfer;

alter table transfer_with_any_reason rename to transfer;

-- substr(..., 8) is what stands behind 'wallet:'.
create trigger transfer_moves_money after insert on transfer
begin
    select raise(abort, 'transfer names a wallet that does not exist')
    where (new.from_account glob 'wallet:*'
            and not exists (select 1 from wallet where player_id = substr(new.from_account, 8)))
        or (new.to_account glob 'wallet:*'
            and not exists (select 1 from wallet where player_id = substr(new.to_account, 8)));
    update wallet set balance_cents = balance_cents - new.amount_cents
    where player_id = substr(new.from_account, 8) and new.from_account glob 'wallet:*';
    update wallet set balance_cents = balance_cents + new.amount_cents
    where player_id = substr(new.to_account, 8) and new.to_account glob 'wallet:*';
end;

create trigger transfer_is_never_changed before update on transfer
begin
    select raise(abort, 'transfers are append-only');
end;

create trigger transfer_is_never_deleted before delete on transfer
begin
    select raise(abort, 'transfers are append-only');
end;

create table withdrawal (
    id text primary key,
    player_id text not null references player (id),
    originator_id text not null unique, -- ours, written down before the first send
    state text not null check (state in ('requested', 'sent', 'unknown', 'paid', 'failed')),
    amount_cents integer not null check (amount_cents > 0), -- what the player asked for
    fee_cents integer not null check (fee_cents >= 0),
    tax_cents integer not null check (tax_cents >= 0),
    payout_cents integer not null check (payout_cents > 0), -- what M-Pesa pays out
    receipt text unique,
    flagged integer not null default 0 check (flagged in (0, 1)),
    failure text,
    requested_at_ms integer not null,
    sent_at_ms integer,
    ended_at_ms integer,
    doubtful integer not null default 0 check (doubtful in (0, 1)), -- an earlier send may have arrived
    unheard_of integer not null default 0, -- how often M-Pesa said that it knows nothing of it
    due_at_ms integer, -- due and leased until: requested: send; sent and unknown: ask
    lease integer not null default 0,
    attempt integer not null default 0,
    check (state <> 'paid' or receipt is not null)
) strict;

create index withdrawal_by_player on withdrawal (player_id, requested_at_ms);
create index withdrawal_due on withdrawal (state, due_at_ms) where due_at_ms is not null;

-- What the whole fleet passes one at a time, or not at all while it is shut.
create table gate (
    name text primary key,
    opens_at_ms integer not null,
    why text -- null: it only keeps a distance between two that pass
) strict;
