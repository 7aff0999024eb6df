-- What metrics and traces need: the hop that a row follows from, indexes for what is counted whenever
-- somebody looks, and what the last check of the ledger found.

-- The id of the hop, 32 hexadecimal digits; null: it follows from no hop.
alter table deposit add column trace_id text;
alter table withdrawal add column trace_id text;
alter table outbox add column trace_id text;

-- What waits for an operator: few rows of large tables.
create index parked_open on parked (parked_at_ms) where assigned_to is null;
create index deposit_flagged on deposit (flagged_at_ms) where flagged = 1;
create index withdrawal_flagged on withdrawal (flagged_at_ms) where flagged = 1;
create index callback_dead on callback (received_at_ms) where state = 'dead';

-- One row: the last check of the whole ledger.
create table ledger_check (
    id integer primary key check (id = 1),
    checked_at_ms integer not null,
    took_ms integer not null,
    transfers integer not null,
    findings integer not null, -- how many things are off; 0: all is well
    drift_cents integer not null -- by how much all accounts together are off zero
) strict;
