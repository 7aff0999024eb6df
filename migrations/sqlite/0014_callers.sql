-- Since when a payment does not add up: the cool-off of withdrawals runs from then, not from when the
-- payment was asked for.
alter table deposit add column flagged_at_ms integer;
alter table withdrawal add column flagged_at_ms integer;

update deposit set flagged_at_ms = requested_at_ms where flagged = 1;
update withdrawal set flagged_at_ms = requested_at_ms where flagged = 1;

-- Whether only the beginning of a callback was kept: it was larger than is taken, and is not acted on.
alter table callback add column cut integer not null default 0 check (cut in (0, 1));
