-- Paybill payments: work that comes back on a schedule, and excise duty.

-- Work that is done again and again by one process of the fleet at a time, such as asking M-Pesa for
-- payments that nobody told of. Due and leased until, like every other row of work.
create table chore (
    id text primary key,
    due_at_ms bigint, -- null: not wanted
    lease bigint not null default 0,
    attempt bigint not null default 0,
    done_at_ms bigint -- when it last succeeded
);

-- Excise duty on what came into a wallet by M-Pesa is a new reason. Not proved against the rows that
-- are there, for the old list was shorter.
alter table transfer drop constraint transfer_reason_check;
alter table transfer add constraint transfer_reason_check check (reason in (
    'deposit', 'park', 'assign', 'stake', 'bounty', 'fee', 'stake_back', 'refund_bonus',
    'withdrawal', 'payout', 'withdrawal_fee', 'withholding', 'withdrawal_back', 'late_payout',
    'excise'))
    not valid;
