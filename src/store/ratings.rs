//! How strong players are, by category.

use serde_json::json;

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    game::rating::{Rating, Ratings},
    ids::PlayerId,
};

impl Tx {
    /// The ratings of players in categories, named by their ids; who never played there is left out.
    /// They are locked until the end of the transaction, so that two batches do not forget each other.
    pub async fn ratings(
        &mut self,
        of: &[(PlayerId, String)],
    ) -> Result<Ratings<String>, StoreError> {
        let pair = |(player, category): &(PlayerId, String)| json!({ "player": player.to_string(), "category": category });
        let pairs: Vec<_> = of.iter().map(pair).collect();
        let select = self.by_engine(
            "select player_id, category_id, points_milli, spread_milli, games
            from rating
            where (player_id, category_id) in (
                select value ->> 'player', value ->> 'category' from json_each($1))",
            "select player_id, category_id, points_milli, spread_milli, games
            from rating
            where (player_id, category_id) in (
                select value ->> 'player', value ->> 'category'
                from json_array_elements(cast($1 as json)) as rows (value))
            order by player_id, category_id
            for update",
        );
        let rows = fetch_all!(
            self,
            (String, String, i64, i64, i64),
            select,
            json!(pairs).to_string()
        )?;
        rows.into_iter()
            .map(|(player, category, points_milli, spread_milli, games)| {
                let rating = Rating {
                    points_milli,
                    spread_milli,
                    games,
                };
                Ok(((parse("rating", "player_id", &player)?, category), rating))
            })
            .collect()
    }

    /// Keeps ratings.
    pub async fn keep_ratings(&mut self, ratings: &Ratings<String>) -> Result<(), StoreError> {
        let row = |((player, category), rating): (&(PlayerId, String), &Rating)| {
            json!({
                "player": player.to_string(),
                "category": category,
                "points": rating.points_milli,
                "spread": rating.spread_milli,
                "games": rating.games,
            })
        };
        // In the order of their keys: two batches never wait for each other in a circle.
        let rows: Vec<_> = ratings.iter().map(row).collect();
        let insert = of_batch!(
            self,
            "insert into rating (player_id, category_id, points_milli, spread_milli, games)
            select value ->> 'player', value ->> 'category',
                cast(value ->> 'points' as bigint), cast(value ->> 'spread' as bigint),
                cast(value ->> 'games' as bigint)
            from ",
            " where true
            on conflict (player_id, category_id) do update
                set points_milli = excluded.points_milli, spread_milli = excluded.spread_milli,
                    games = excluded.games"
        );
        execute!(self, insert, json!(rows).to_string())?;
        Ok(())
    }
}
