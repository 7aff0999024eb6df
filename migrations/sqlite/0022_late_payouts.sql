-- A payout that arrived after its money had gone back is closed by a correction of the books: the player
-- or the house makes good what it took from suspense.

insert into reason (name) values ('late_payout_closed');

-- The same table with two kinds more and the withdrawal: SQLite changes no checks.
create table adjustment_with_late (
    id text primary key,
    kind text not null check (kind in ('from_house', 'from_promo', 'to_house', 'cash_short', 'cash_over',
        'late_from_wallet', 'late_from_house')),
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
    withdrawal_id text references withdrawal (id), -- the late payout that it closes
    check ((kind in ('cash_short', 'cash_over')) = (player_id is null)),
    check ((kind in ('late_from_wallet', 'late_from_house')) = (withdrawal_id is not null)),
    check ((state = 'proposed') = (decided_at_ms is null)),
    check ((decided_by is null) = (decided_at_ms is null)),
    check (state <> 'booked' or needs_second = 0 or decided_by <> proposed_by)
) strict;

insert into adjustment_with_late
select id, kind, player_id, amount_cents, state, needs_second, reason, proposed_by, proposed_at_ms,
    decided_by, decided_at_ms, decision, null
from adjustment;

drop table adjustment;
alter table adjustment_with_late rename to adjustment;

create index adjustment_by_state on adjustment (state, proposed_at_ms);
create index adjustment_by_player on adjustment (player_id, proposed_at_ms);
create index adjustment_by_proposer on adjustment (proposed_by, proposed_at_ms);
-- One that is not rejected for each late payout.
create unique index adjustment_by_withdrawal on adjustment (withdrawal_id)
    where withdrawal_id is not null and state <> 'rejected';

create index withdrawal_late on withdrawal (requested_at_ms) where state = 'failed' and receipt is not null;
