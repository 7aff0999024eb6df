-- A payout that arrived after its money had gone back is closed by a correction of the books: the player
-- or the house makes good what it took from suspense.

-- Not proved against the rows that are there, for the old list was shorter.
alter table transfer drop constraint transfer_reason_check;
alter table transfer add constraint transfer_reason_check check (reason in (
    'deposit', 'park', 'assign', 'stake', 'bounty', 'fee', 'stake_back', 'refund_bonus',
    'withdrawal', 'payout', 'withdrawal_fee', 'withholding', 'withdrawal_back', 'late_payout',
    'late_payout_closed', 'excise', 'parked_back', 'deposit_back', 'payout_back', 'adjustment',
    'adjustment_down', 'cash_short', 'cash_over'))
    not valid;

alter table adjustment drop constraint adjustment_kind_check;
alter table adjustment add constraint adjustment_kind_check check (kind in (
    'from_house', 'from_promo', 'to_house', 'cash_short', 'cash_over', 'late_from_wallet',
    'late_from_house'));
alter table adjustment add column withdrawal_id text references withdrawal (id); -- the late payout that it closes
alter table adjustment add constraint adjustment_of_late_payout
    check ((kind in ('late_from_wallet', 'late_from_house')) = (withdrawal_id is not null));
-- One that is not rejected for each late payout.
create unique index adjustment_by_withdrawal on adjustment (withdrawal_id)
    where withdrawal_id is not null and state <> 'rejected';

create index withdrawal_late on withdrawal (requested_at_ms) where state = 'failed' and receipt is not null;
