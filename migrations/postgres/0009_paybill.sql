-- Paybill payments: work that comes back on a schedule, and what their money and texts need.

-- Work that is done again and again by one process of the fleet at a time, such as asking M-Pesa for
-- payments that nobody told of. Due and leased until, like every other row of work.
create table chore (
    id text primary key,
    due_at_ms bigint, -- null: not wanted
    lease bigint not null default 0,
    attempt bigint not null default 0,
    done_at_ms bigint -- when it last succeeded
);

-- The two below do nothing where an earlier migration has done the same.

-- The list of reasons is the core's; `ledger check` holds every row against it.
alter table transfer drop constraint if exists transfer_reason_check;
alter table transfer add constraint transfer_reason_check check (reason <> '') not valid;

-- A payer who is no player may be told that a payment waits in suspense.
alter table outbox alter column player_id drop not null;
