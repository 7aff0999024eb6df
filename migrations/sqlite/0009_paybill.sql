-- Paybill payments: work that comes back on a schedule, and excise duty.

-- Work that is done again and again by one process of the fleet at a time, such as asking M-Pesa for
-- payments that nobody told of. Due and leased until, like every other row of work.
create table chore (
    id text primary key,
    due_at_ms integer, -- null: not wanted
    lease integer not null default 0,
    attempt integer not null default 0,
    done_at_ms integer -- when it last succeeded
) strict;

-- Excise duty on what came into a wallet by M-Pesa.
insert into reason (name) values ('excise');
