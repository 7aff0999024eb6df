//! Africa's Talking (USSD and SMS) and Daraja (M-Pesa) in a box, with phones to hold.
//!
//! The simulator talks HTTP to a service exactly as the real providers do, and knows nothing of its
//! inside: any USSD or M-Pesa application in any language can be run against it. It is driven by the
//! phone page that it serves, or from a test:
//!
//! ```no_run
//! use std::time::Duration;
//! use sandbox::{ServiceUrls, Simulator, SimulatorConfig};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = Simulator::start(SimulatorConfig::instant()).await?;
//! // Start the service with sim.base_url() as the address of both providers, then:
//! sim.set_service(ServiceUrls::ussd("http://127.0.0.1:8080/ussd/secret"));
//! let phone = sim.phone("+254712345678")?;
//! let screen = phone.dial("*384*55#").await?;
//! assert!(screen.faults.is_empty());
//! phone.reply("1").await?;
//! phone.wait_for_prompt(Duration::from_secs(5)).await?;
//! phone.enter_pin("1234").await?;
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//!
//! | module | what it is |
//! | --- | --- |
//! | `simulator`, `config`, `start_error` | the value that is started, what can be set, why it does not start |
//! | `world` | the state that everything shares |
//! | `phone` | a phone: USSD session, screen, inbox, PIN prompt |
//! | `sms`, `sms_account` | Africa's Talking SMS; credit, sender id and numbers that are refused |
//! | `mpesa` | Daraja (STK, B2C, C2B, status, balance, reversal, Pull), and the money behind it |
//! | `outgoing`, `asking`, `recorder`, `exchange` | HTTP out, HTTP in, and the record of both |
//! | `fault` | what goes wrong on demand |
//! | `scenario` | files that say what people do and should see: read, played, recorded |
//! | `load` | how fast a service answers, and whether rightly |
//! | `storm` | a crowd with all faults, and the books compared |
//! | `state`, `pending` | what is saved and loaded, and what is still to be done |
//! | `opponent` | a simulated opponent for people who are alone |
//! | `server`, `api`, `page` | routes, the page's API, the page |
//! | `desk`, `stream`, `pulse` | the phones on the page, and how the page hears of changes |
//! | `wire`, `rules` | the record for readers; which rules of the providers were broken |
//! | `network`, `number`, `text`, `clock`, `dice` | networks, phone numbers, septets, time, chance |
//!
//! # Payouts and payments to the paybill
//!
//! The organisation behind the paybill pays out of one utility account, which starts with
//! [`OrganisationConfig::opening_float_cents`] and gets what customers pay. Passwords of its API
//! operator are encrypted with [`Simulator::certificate_pem`] (`--certificate FILE`); the matching
//! key is built in and protects nothing. [`Phone::pay_to_paybill`] pays without a push, once URLs
//! are registered the service hears of it. [`Simulator::books`] tells every shilling that moved;
//! [`Books::difference_cents`] is 0 unless the simulator lost one.
//!
//! Faults are queued with [`Simulator::inject`]. For a payout: a request that is lost is
//! [`Fault::Refuse`] or [`Fault::Unheard`], an answer that is lost after acceptance is
//! [`Fault::Fail`], [`Fault::Empty`], [`Fault::Html`], [`Fault::Cut`] or [`Fault::Hang`], both at
//! [`FaultPoint::B2cRequest`]; the result at [`FaultPoint::B2cResult`] is [`Fault::Lost`],
//! [`Fault::Late`], [`Fault::Twice`], [`Fault::Early`], lies ([`Fault::ResultCode`],
//! [`Fault::Amount`]), truly fails ([`Fault::Outcome`]) or times out in the queue
//! ([`Fault::QueueTimeout`]); the status contradicts it with [`Fault::Status`] at
//! [`FaultPoint::StatusResult`].
//!
//! Money is in cents (`_cents`), durations on the wire in milliseconds (`_ms`).

mod api;
mod asking;
mod clock;
mod config;
mod desk;
mod dice;
mod exchange;
mod fault;
pub mod load;
mod mpesa;
mod network;
mod number;
mod opponent;
mod outgoing;
mod page;
mod pending;
mod phone;
mod pulse;
mod recorder;
mod rules;
pub mod scenario;
mod server;
mod simulator;
mod sms;
mod sms_account;
mod start_error;
mod state;
pub mod storm;
mod stream;
pub mod text;
mod wire;
mod world;

pub use config::{
    C2bConfig, DarajaConfig, FeeBand, IdleLimit, OrganisationConfig, PushConfirmation,
    SameAmountRule, ServiceUrls, SimulatorConfig, SmsConfig, UssdConfig,
};
pub use exchange::{Direction, Exchange};
pub use fault::{
    AfterQueue, Fault, FaultKind, FaultPoint, FaultValue, ImpossibleFault, amount_table,
    fault_table,
};
pub use mpesa::{
    Books, Movement, MovementKind, PaybillResult, Payment, Payout, PayoutResult, PhoneBooks, Push,
    StkResult,
};
pub use network::{GSM_LIMIT, Network, NetworkLimits};
pub use number::{NotANumber, Number};
pub use opponent::{OpponentState, OpponentStatus};
pub use outgoing::{RawReply, SendError};
pub use phone::{
    Notice, Phone, PhoneError, PhoneView, PinPrompt, Screen, ScreenKind, SessionView, Shown,
};
pub use simulator::Simulator;
pub use sms::{DeliveryStatus, Sms};
pub use start_error::StartError;
pub use state::StateError;
