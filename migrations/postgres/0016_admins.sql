-- Who may use the console, who is logged in to it, and tries to log in. Of a session only the hash of its
-- token is kept; it ends with the password that it began with.

create table admin (
    name text primary key,
    role text not null check (role in ('viewer', 'support', 'finance')),
    password_hash text not null, -- argon2, as a PHC string
    added_at_ms bigint not null,
    disabled_at_ms bigint -- null: may log in
);

create table admin_session (
    token_hash text primary key, -- SHA-256 of the cookie, in hex
    admin text not null,         -- a name above, or 'admin' of the configuration
    credential text not null,    -- SHA-256 of the password_hash that it began with, in hex
    began_at_ms bigint not null,
    seen_at_ms bigint not null
);

create index admin_session_by_age on admin_session (seen_at_ms);

-- Tries to log in that did not succeed, and those under way. Names and addresses stand here as hashes:
-- a password is easily typed where the name belongs.
create table admin_try (
    id text primary key,
    name_hash text not null,
    source_hash text not null,
    at_ms bigint not null
);

create index admin_try_by_name on admin_try (name_hash, at_ms);
create index admin_try_by_source on admin_try (source_hash, at_ms);
create index admin_try_by_age on admin_try (at_ms);

-- The figures of a day, and what needs somebody, without a look at all that ever was. (Migrations 17 and
-- 18 have the rest of them.)
create index transfer_by_time on transfer (at_ms);
create index deposit_flagged on deposit (requested_at_ms) where flagged = 1;
create index withdrawal_flagged on withdrawal (requested_at_ms) where flagged = 1;
create index parked_open on parked (parked_at_ms) where assigned_to is null;
