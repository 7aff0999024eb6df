-- What metrics and traces need: the hop that a row follows from, and what the last check of the ledger
-- found. What is counted whenever somebody looks has its indexes since 0016 and 0017.

-- The id of the hop, 32 hexadecimal digits; null: it follows from no hop.
alter table deposit add column trace_id text;
alter table withdrawal add column trace_id text;
alter table outbox add column trace_id text;

-- One row: the last check of the whole ledger.
create table ledger_check (
    id integer primary key check (id = 1),
    checked_at_ms integer not null,
    took_ms integer not null,
    transfers integer not null,
    findings integer not null, -- how many things are off; 0: all is well
    drift_cents integer not null -- by how much all accounts together are off zero
) strict;
