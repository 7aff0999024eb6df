//! Rows by the million, put into PostgreSQL by statements that make them: each player has a deposit, a
//! settled game and an entry that waits in a set of its own. The books are right at every size, which
//! the check of the ledger says while it is measured.

use sqlx::{Connection, PgConnection};

use crate::Failure;

/// How many are made by one statement.
const AT_ONCE: i64 = 50_000;

/// What a statement may say for the parts of an id: the player, the settled game's set and entry, the
/// waiting set and entry; `i` counts the players, `$3` is now.
const NAMES: [(&str, &str); 7] = [
    ("{player}", "'01' || lpad(i::text, 24, '0')"),
    (
        "{settled_set}",
        "'02' || lpad(((i + 1) / 2)::text, 24, '0')",
    ),
    ("{settled}", "'02' || lpad(i::text, 24, '0')"),
    ("{waiting}", "'03' || lpad(i::text, 24, '0')"),
    // The last twenty days, in the order of the players.
    ("{then}", "$3 - 1728000000 + (i * 1700000000 / 2000000)"),
    // The last twenty minutes, in the same order: no two thousand people start at the same instant.
    ("{opened}", "$3 - 1200000 + (i * 1140000 / 1000000)"),
    ("{i}", "generate_series($1, $2) as i"),
];

const FILL: [&str; 18] = [
    "insert into player (id, msisdn, locale, registered_at_ms)
    select {player}, '+2541' || lpad((10000000 + i)::text, 8, '0'), 'en', {then} from {i}",
    // 1,000 in, two stakes of 50 out, and 80 back for who won.
    "insert into wallet (player_id, balance_cents)
    select {player}, 100000 - 2 * 5000 + i % 2 * 8000 from {i}",
    "insert into deposit (id, player_id, reference, state, requested_cents, credited_cents, receipt,
        requested_at_ms, pushed_at_ms)
    select {player}, {player}, 'REF' || i, 'paid', 100000, 100000, 'R' || i, {then}, {then} from {i}",
    "insert into question_set (id, category_id, stake_cents, owner_id, opened_at_ms)
    select {settled_set}, speed_category.id, 5000, {player}, {then}
    from {i} join speed_category on place = (i + 1) / 2 % speed_category.places where i % 2 = 1",
    "insert into question_set (id, category_id, stake_cents, owner_id, opened_at_ms, offered_until_ms)
    select {waiting}, speed_category.id, 5000, {player}, {opened}, $3 + 1200000
    from {i} join speed_category on place = i % speed_category.places",
    "insert into set_question (set_id, position, question_id)
    select {settled_set}, position, speed_question.id
    from {i}
    join speed_category on place = (i + 1) / 2 % speed_category.places
    cross join generate_series(1, 5) as position
    join speed_question on category_id = speed_category.id
        and speed_question.number = (i * 5 + position) % speed_category.questions
    where i % 2 = 1",
    "insert into set_question (set_id, position, question_id)
    select {waiting}, position, speed_question.id
    from {i}
    join speed_category on place = i % speed_category.places
    cross join generate_series(1, 5) as position
    join speed_question on category_id = speed_category.id
        and speed_question.number = (i * 5 + position) % speed_category.questions",
    "insert into seen (player_id, question_id, at_ms)
    select {player}, question_id, $3 - 60000
    from {i} join set_question on set_id = {waiting}",
    "insert into entry (id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
        thinking_ms, answering_ms, answered, correct, received_cents, staked_at_ms, finished_at_ms)
    select {settled}, {settled_set}, 2 - i % 2, {player}, case i % 2 when 1 then 'won' else 'lost' end,
        '123 123 123 123 123', 6, {then}, 4000, 20000, 5, i % 2 * 5, i % 2 * 8000, {then}, {then} + 60000
    from {i}",
    "insert into entry (id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
        thinking_ms, answering_ms, answered, correct, staked_at_ms, finished_at_ms, due_at_ms)
    select {waiting}, {waiting}, 1, {player}, 'waiting', '123 123 123 123 123', 6, $3 - 40000, 4000,
        20000, 5, 3, $3 - 60000, $3 - 30000, $3 + 1740000
    from {i}",
    "insert into answer (entry_id, position, choice, is_correct, sent_at_ms, received_at_ms)
    select {settled}, position, 1, i % 2, {then}, {then} + 4000
    from {i} cross join generate_series(1, 5) as position",
    "insert into game_match (set_id, winner_id, settled_at_ms)
    select {settled_set}, {settled}, {then} + 61000 from {i} where i % 2 = 1",
    "insert into outbox (id, cause, player_id, msisdn, kind, body, state, provider_id, created_at_ms,
        sent_at_ms)
    select {settled}, 'result:' || {settled}, {player}, '+2541' || lpad((10000000 + i)::text, 8, '0'),
        'won', repeat('x', 120), 'delivered', 'ATXid_' || i, {then} + 61000, {then} + 62000
    from {i}",
    "insert into hop_receipt (session_id, transcript, msisdn, conversation, at_ms)
    select 'session' || i, '1*1*1*1', '+2541' || lpad((10000000 + i)::text, 8, '0'),
        repeat('x', 700), {then}
    from {i}",
    "insert into speed_transfer
    select 'receipt:R' || i, 'deposit', 'mpesa', 'wallet:' || {player}, 100000, {then} from {i}
    union all
    select 'stake:' || {settled}, 'stake', 'wallet:' || {player}, 'stakes', 5000, {then} from {i}
    union all
    select 'stake:' || {waiting}, 'stake', 'wallet:' || {player}, 'stakes', 5000, $3 - 60000 from {i}
    union all
    select 'bounty:' || {settled}, 'bounty', 'stakes', 'wallet:' || {player}, 8000, {then} + 61000
    from {i} where i % 2 = 1
    union all
    select 'fee:' || {settled}, 'fee', 'stakes', 'house', 2000, {then} + 61000 from {i} where i % 2 = 1",
    "insert into transfer_cause (cause, at_ms) select cause, at_ms from speed_transfer
    where $1 <= $2 and $3 > 0",
    "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
    select cause, reason, from_account, to_account, amount_cents, at_ms from speed_transfer
    where $1 <= $2 and $3 > 0",
    "delete from speed_transfer where $1 <= $2 and $3 > 0",
];

/// What the statements above look things up in.
const AIDS: &str = "
    create table if not exists speed_transfer (cause text, reason text, from_account text,
        to_account text, amount_cents bigint, at_ms bigint);
    create table if not exists speed_question as
    select id, category_id, row_number() over (partition by category_id order by id) - 1 as number
    from question;
    create table if not exists speed_category as
    select category_id as id, count(*) as questions,
        row_number() over (order by category_id) - 1 as place, count(*) over () as places
    from speed_question group by category_id";

/// Fills the database from one number of players to another.
pub(super) async fn fill(url: &str, from: i64, to: i64, now_ms: i64) -> Result<(), Failure> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AIDS).execute(&mut connection).await?;
    // The wallets are given their balances, so nothing has to move them. Nor need the disk be waited for.
    let unguarded = "set session_replication_role = replica; set synchronous_commit = off";
    sqlx::raw_sql(unguarded).execute(&mut connection).await?;
    let mut first = from + 1;
    while first <= to {
        let last = to.min(first + AT_ONCE - 1);
        for statement in FILL {
            let mut text = statement.to_owned();
            for (name, part) in NAMES {
                text = text.replace(name, part);
            }
            let text = sqlx::AssertSqlSafe(text);
            let made = sqlx::query(text).bind(first).bind(last).bind(now_ms);
            made.execute(&mut connection).await?;
        }
        first = last + 1;
    }
    sqlx::raw_sql("vacuum analyze")
        .execute(&mut connection)
        .await?;
    Ok(())
}
