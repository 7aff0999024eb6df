//! The game: the clock of a round, the score, the choice of questions and seats, how strong players
//! are, and what a match pays to whom.

pub mod clock;
pub mod rating;
pub mod score;
pub mod seat;
pub mod settle;
