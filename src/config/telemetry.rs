//! Whether traces can be sent as configured.

use super::{Config, ConfigError, check::refuse_unless};

impl Config {
    pub(super) fn check_telemetry(&self) -> Result<(), ConfigError> {
        let section = &self.telemetry;
        if let Some(endpoint) = &section.otlp_endpoint {
            let is_url = ["http://", "https://"]
                .iter()
                .any(|scheme| endpoint.len() > scheme.len() && endpoint.starts_with(scheme));
            let what = "must be a URL such as http://127.0.0.1:4318, without /v1/traces";
            let ends_before = !endpoint.trim_end_matches('/').ends_with("/v1/traces");
            refuse_unless(is_url && ends_before, "telemetry.otlp_endpoint", what)?;
        }
        refuse_unless(
            (0.0..=1.0).contains(&section.otlp_ratio),
            "telemetry.otlp_ratio",
            "must be 0 to 1",
        )
    }
}
