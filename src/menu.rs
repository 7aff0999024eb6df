//! The menu machine: screens as data, texts by language, and plain functions over them.
//!
//! `(menu, session, input, facts) -> screen to show, or action to run`. No IO after loading; the
//! app runs the actions and hands their outcomes back. Every string a player reads comes from the
//! files in `menus/`.

pub mod action;
pub mod check;
pub mod display;
pub mod draw;
pub mod file;
pub mod keyword;
pub mod machine;
pub mod reference;
pub mod render;
pub mod session;
pub mod sms;
pub mod template;
pub mod vocabulary;

pub use action::{Action, Outcome};
pub use file::{Menu, Texts};
pub use machine::{AmountLimits, Facts, Input, Shown, Step};
pub use session::{Item, Session};
