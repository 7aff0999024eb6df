-- On PostgreSQL the database itself now refuses to book a cause twice and to empty one partition of
-- the ledger. SQLite has had both from the start: `cause` is unique in its one table, and there is no
-- truncate beside the delete that a trigger refuses. The numbers of both engines stay the same.
select 1;
