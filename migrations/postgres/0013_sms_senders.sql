-- SMS: which sender took each, receipts that do not wait behind promotions, and pauses that grow.

alter table outbox add column sender text -- null: nobody yet, or sent before there were two
    check (sender in ('first', 'fallback'));

-- One for what is claimed first and one for the rest: a flood of promotions is never looked through
-- to find a receipt. The index over both stays for the processes of the version before.
create index outbox_due_receipt on outbox (due_at_ms)
    where due_at_ms is not null and class <> 'promotion';
create index outbox_due_promotion on outbox (due_at_ms)
    where due_at_ms is not null and class = 'promotion';

-- How often a gate was shut without anything having passed since.
alter table gate add column step bigint not null default 0 check (step >= 0);
