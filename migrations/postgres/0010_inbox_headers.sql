-- The raw inbox: the headers that a callback came with, and whether it was run again.

-- One "name: value" a line, in the order in which they came; empty: none that matter.
alter table callback add column headers text not null default '';
-- How often the operator ran it again.
alter table callback add column replays bigint not null default 0 check (replays >= 0);
-- What became of it before it was run again for the first time; null: it never was.
alter table callback add column first_outcome text;
