//! The phone page: three plain files, embedded, nothing from elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::world::World;

/// The page loads nothing from other places and runs no inline script.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The page's files.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(
            "/",
            get(|| async {
                file(
                    "text/html; charset=utf-8",
                    include_str!("../page/index.html"),
                )
            }),
        )
        .route(
            "/phone.css",
            get(|| async { file("text/css; charset=utf-8", include_str!("../page/phone.css")) }),
        )
        .route(
            "/phone.js",
            get(|| async {
                file(
                    "text/javascript; charset=utf-8",
                    include_str!("../page/phone.js"),
                )
            }),
        )
        .route(
            "/icon.svg",
            get(|| async { file("image/svg+xml", include_str!("../page/icon.svg")) }),
        )
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
