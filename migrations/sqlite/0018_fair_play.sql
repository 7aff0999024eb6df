-- Strength of players, so that a seat may go to the most similar of several; who paid deposits, as far
-- as M-Pesa tells; and what the fair play watch has counted and found.

-- How well a player does in a category. In thousandths; written in the settlement of a match.
create table rating (
    player_id text not null references player (id),
    category_id text not null references category (id),
    points_milli integer not null,
    spread_milli integer not null check (spread_milli > 0), -- how uncertain the points are
    games integer not null check (games > 0),
    primary key (player_id, category_id)
) strict, without rowid;

-- Random keys that are made once and kept for good.
create table secret_key (
    name text primary key,
    key text not null -- in hex
) strict;

-- Who paid a deposit: a keyed hash of the number as M-Pesa told it, never the number itself.
create table deposit_payer (
    deposit_id text primary key references deposit (id),
    player_id text not null references player (id),
    payer text not null,
    -- Whether it names one phone; else it is a masked number with a name, which several may share.
    is_certain integer not null check (is_certain in (0, 1)),
    at_ms integer not null
) strict;

create index deposit_payer_by_payer on deposit_payer (payer, player_id);
create index deposit_payer_by_time on deposit_payer (at_ms, deposit_id);
create index deposit_payer_by_player on deposit_payer (player_id);

-- How far the watch has looked, so that it never looks at anything twice.
create table fair_look (
    what text primary key,
    at_ms integer not null,
    id text not null
) strict;

create index match_by_time on game_match (settled_at_ms, set_id);
create index withdrawal_by_time on withdrawal (requested_at_ms, id);

-- What the watch has counted, by day in Nairobi; forgotten once the window has passed.

-- Two players who met. The one with the smaller id is a.
create table fair_meeting (
    player_a text not null references player (id),
    player_b text not null references player (id),
    day integer not null,
    met integer not null,
    won_a integer not null,
    won_b integer not null,
    gain_a_cents integer not null, -- what went from b to a, less what went from a to b
    primary key (player_a, player_b, day),
    check (player_a < player_b)
) strict, without rowid;

create index fair_meeting_by_other on fair_meeting (player_b, day);
create index fair_meeting_by_day on fair_meeting (day);

-- How many matches a player had in a pool: a category and a stake.
create table fair_seat (
    player_id text not null references player (id),
    day integer not null,
    pool text not null,
    games integer not null,
    primary key (player_id, day, pool)
) strict, without rowid;

create index fair_seat_by_day on fair_seat (day);

-- How many matches a pool had.
create table fair_pool (
    day integer not null,
    pool text not null,
    matches integer not null,
    primary key (day, pool)
) strict, without rowid;

-- How fast a player answered.
create table fair_pace (
    player_id text not null references player (id),
    day integer not null,
    answers integer not null,
    fast integer not null, -- faster than anybody reads
    fast_right integer not null,
    total_ms integer not null,
    total_square integer not null, -- of ms
    primary key (player_id, day)
) strict, without rowid;

create index fair_pace_by_day on fair_pace (day);

-- What looks unfair. One row a case, however often it is seen again; nothing is done about it by itself.
create table fair_flag (
    id text primary key,
    kind text not null check (kind in (
        'meet_often', 'one_sided', 'passed_on', 'shared_payer', 'fast_answers', 'even_answers')),
    identity text not null unique, -- kind and players, or kind and payer
    score integer not null, -- 100: just enough to be flagged
    summary text not null,
    evidence text not null, -- JSON: pairs of name and value; ids, and no phone numbers
    state text not null default 'open' check (state in ('open', 'dismissed', 'confirmed')),
    first_seen_ms integer not null,
    last_seen_ms integer not null,
    reviewed_score integer, -- what it was when it was reviewed
    reviewed_by text,
    reviewed_at_ms integer,
    review_reason text,
    check ((reviewed_at_ms is null) = (reviewed_by is null))
) strict;

create index fair_flag_by_state on fair_flag (state, last_seen_ms);

create table fair_flag_player (
    flag_id text not null references fair_flag (id),
    player_id text not null references player (id),
    primary key (flag_id, player_id)
) strict, without rowid;

create index fair_flag_by_player on fair_flag_player (player_id);
