-- Questions, sets, entries, answers and matches.

create table category (
    id text primary key, -- the name in lower case
    name text not null
);

create table question (
    id text primary key,
    identity text not null unique, -- what a re-import knows it by: its key, or language and text
    category_id text not null references category (id),
    choices bigint not null check (choices in (3, 4)),
    answer bigint not null check (answer between 1 and choices),
    state text not null default 'active' check (state in ('active', 'withdrawn')),
    added_at_ms bigint not null
);

create index question_by_category on question (category_id, state);

create table question_text (
    question_id text not null references question (id),
    locale text not null,
    question text not null,
    choice1 text not null,
    choice2 text not null,
    choice3 text not null,
    choice4 text,
    primary key (question_id, locale)
);

-- "set" is a word of SQL.
create table question_set (
    id text primary key,
    category_id text not null references category (id),
    stake_cents bigint not null check (stake_cents > 0),
    owner_id text not null references player (id),
    opened_at_ms bigint not null,
    offered_until_ms bigint, -- until when the second seat is offered; null: it is not
    settle_at_ms bigint,     -- due and leased until; set when both entries are finished
    lease bigint not null default 0
);

create index set_offered on question_set (category_id, stake_cents, opened_at_ms)
where offered_until_ms is not null;
create index set_to_settle on question_set (settle_at_ms) where settle_at_ms is not null;

create table set_question (
    set_id text not null references question_set (id),
    position bigint not null,
    question_id text not null references question (id),
    primary key (set_id, position)
);

create table seen (
    player_id text not null references player (id),
    question_id text not null references question (id),
    at_ms bigint not null,
    primary key (player_id, question_id)
);

create table entry (
    id text primary key,
    set_id text not null references question_set (id),
    seat bigint not null check (seat in (1, 2)),
    player_id text not null references player (id),
    state text not null check (state in (
        'playing', 'waiting', 'won', 'lost', 'drawn', 'refunded', 'returned')),
    choice_orders text not null, -- how this player sees the choices: '312 213 ...'
    position bigint not null,   -- the question under way, from 1
    sent_at_ms bigint not null, -- when it was first sent
    thinking_ms bigint not null default 0,
    answering_ms bigint not null default 0,
    answered bigint not null default 0,
    correct bigint not null default 0,
    received_cents bigint not null default 0,
    staked_at_ms bigint not null,
    finished_at_ms bigint,
    -- Due and leased until. playing: when the clock has run out; waiting alone: the end of the
    -- window; null: nothing to do, the set is settled when both are finished.
    due_at_ms bigint,
    lease bigint not null default 0,
    unique (set_id, seat),
    unique (set_id, player_id),
    check (finished_at_ms is not null or state = 'playing')
);

create index entry_by_player on entry (player_id, staked_at_ms);
create index entry_open on entry (player_id) where state in ('playing', 'waiting');
create index entry_due on entry (state, due_at_ms) where due_at_ms is not null;

create table answer (
    entry_id text not null references entry (id),
    position bigint not null,
    choice bigint not null, -- the question's own number of the choice, not the place it was shown at
    is_correct bigint not null check (is_correct in (0, 1)),
    sent_at_ms bigint not null,
    received_at_ms bigint not null,
    primary key (entry_id, position)
);

create table game_match (
    set_id text primary key references question_set (id),
    winner_id text references entry (id), -- null: a draw
    settled_at_ms bigint not null
);
