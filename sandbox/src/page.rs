//! The page: plain files, embedded, nothing from elsewhere and nothing to build.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::world::World;

/// The page loads nothing from other places and runs no inline script.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, content type and content of each file.
#[rustfmt::skip]
const FILES: [(&str, &str, &str); 15] = [
    ("/", HTML, include_str!("../page/index.html")),
    ("/icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("/base.css", STYLE, include_str!("../page/base.css")),
    ("/phone.css", STYLE, include_str!("../page/phone.css")),
    ("/wire.css", STYLE, include_str!("../page/wire.css")),
    ("/main.js", SCRIPT, include_str!("../page/main.js")),
    ("/api.js", SCRIPT, include_str!("../page/api.js")),
    ("/words.js", SCRIPT, include_str!("../page/words.js")),
    ("/desk.js", SCRIPT, include_str!("../page/desk.js")),
    ("/handset.js", SCRIPT, include_str!("../page/handset.js")),
    ("/lcd.js", SCRIPT, include_str!("../page/lcd.js")),
    ("/sim.js", SCRIPT, include_str!("../page/sim.js")),
    ("/wire.js", SCRIPT, include_str!("../page/wire.js")),
    ("/exchange.js", SCRIPT, include_str!("../page/exchange.js")),
    ("/faults.js", SCRIPT, include_str!("../page/faults.js")),
];

/// The page's files.
pub(crate) fn routes() -> Router<Arc<World>> {
    let router = Router::new();
    FILES.into_iter().fold(router, |router, file| {
        let (path, content_type, text) = file;
        router.route(path, get(move || async move { answer(content_type, text) }))
    })
}

fn answer(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
