//! Why the simulator does not start.

use std::io;
use std::net::SocketAddr;

use crate::state::StateError;

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}{hint}", hint = hint(.1))]
    Listen(SocketAddr, io::Error),
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The state in the file cannot be loaded.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What to do about it, where it is known.
fn hint(error: &io::Error) -> &'static str {
    if error.kind() == io::ErrorKind::AddrInUse {
        "; if that is another sandbox, stop it, or name an address with --listen"
    } else {
        ""
    }
}
