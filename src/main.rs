//! The `majibu` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    majibu::cli::main().await
}
