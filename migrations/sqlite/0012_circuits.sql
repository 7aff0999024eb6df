-- The way to Daraja under load and trouble: circuits that the whole fleet shares, and what is known of
-- a deposit whose callback does not come.

-- Calls of one kind. While too many in a row come to nothing, none is sent but one trial at a time.
create table circuit (
    name text primary key,
    failures integer not null check (failures >= 0), -- in a row, while it is closed
    openings integer not null check (openings >= 0), -- in a row; 0: it is closed
    refusals integer not null check (refusals >= 0), -- in a row, for want of room at the provider
    trying integer not null check (trying in (0, 1)), -- a trial is under way
    until_ms integer not null, -- nothing is sent before
    why text not null -- the last trouble
) strict;

-- The query said paid: the next question about it goes to Transaction Status.
alter table deposit add column asks_status integer not null default 0 check (asks_status in (0, 1));
-- The receipt that its callback told, without an amount.
alter table deposit add column told_receipt text;
