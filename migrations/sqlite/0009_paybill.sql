-- Paybill payments: work that comes back on a schedule, and what their money and texts need.

-- Work that is done again and again by one process of the fleet at a time, such as asking M-Pesa for
-- payments that nobody told of. Due and leased until, like every other row of work.
create table chore (
    id text primary key,
    due_at_ms integer, -- null: not wanted
    lease integer not null default 0,
    attempt integer not null default 0,
    done_at_ms integer -- when it last succeeded
) strict;

-- The two below do nothing where an earlier migration has done the same. SQLite cannot take a
-- constraint away; rewriting the text of the table is its own documented way, since what is stored
-- stays as it is (lang_altertable, section 7).
pragma writable_schema = on;

-- The list of reasons is the core's; `ledger check` holds every row against it.
update sqlite_schema set sql = replace(sql, 'check (reason in (
        ''deposit'', ''park'', ''assign'', ''stake'', ''bounty'', ''fee'', ''stake_back'', ''refund_bonus''))',
    'check (reason <> '''')')
where type = 'table' and name = 'transfer';

-- A payer who is no player may be told that a payment waits in suspense.
update sqlite_schema set sql = replace(sql, 'player_id text not null references player (id),
    msisdn', 'player_id text references player (id),
    msisdn')
where type = 'table' and name = 'outbox';

pragma writable_schema = reset;
