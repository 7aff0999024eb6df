//! The one style sheet. Its address has its print, so that browsers keep it for as long as it is true.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Where it is.
pub(super) const PATH: &str = "/admin/style.css";

const SHEET: &str = include_str!("style.css");

/// Its address for pages.
pub(super) static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let print = digest::digest(&digest::SHA256, SHEET.as_bytes());
    let print: String = URL_SAFE_NO_PAD.encode(print).chars().take(12).collect();
    format!("{PATH}?v={print}")
});

/// `GET /admin/style.css`.
pub(super) async fn sheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, SHEET).into_response()
}
