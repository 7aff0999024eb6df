-- Players, wallets and the ledger. Times are milliseconds since the epoch, money is cents.
-- The database itself keeps the promises of the ledger: balanced, append-only, once per cause,
-- and no wallet below zero.

create table player (
    id text primary key,
    msisdn text not null unique,
    locale text not null,
    status text not null default 'unverified'
        check (status in ('unverified', 'verified', 'excluded', 'blocked')),
    registered_at_ms integer not null
) strict;

-- The running balance of a wallet; only the trigger below changes it. System accounts have none:
-- their balance is a sum over transfers, for a row of theirs would be a hot spot.
create table wallet (
    player_id text primary key references player (id),
    balance_cents integer not null default 0 check (balance_cents >= 0)
) strict;

create table transfer (
    id integer primary key,
    cause text not null unique,
    reason text not null check (reason in (
        'deposit', 'park', 'assign', 'stake', 'bounty', 'fee', 'stake_back', 'refund_bonus')),
    from_account text not null check (from_account glob 'wallet:?*' or from_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    to_account text not null check (to_account glob 'wallet:?*' or to_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    amount_cents integer not null check (amount_cents > 0),
    at_ms integer not null,
    check (from_account <> to_account)
) strict;

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
