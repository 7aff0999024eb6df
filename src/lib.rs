//! Majibu: a real-money quiz for people with feature phones.
//!
//! The map, and which way it points (an arrow means "may use", and nothing else may):
//!
//! ```text
//! main -> cli -> service -> { http, jobs } -> app -> { menu, core }
//!                               app -> ports, store, session
//!           provider, session -> ports, core, menu      store -> core      menu -> core
//! ```
//!
//! `core` and `menu` do no IO. SQL stands in `store` only, the providers' JSON in `provider` only,
//! and what players read in the files under `menus/` only.

pub mod app;
pub mod cli;
pub mod config;
pub mod core;
pub mod http;
pub mod jobs;
pub mod menu;
pub mod ports;
pub mod provider;
pub mod service;
pub mod session;
pub mod store;
pub mod telemetry;
