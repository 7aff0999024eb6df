//! The OpenAPI description of the API, as JSON for programs and as a list for people. Both are made
//! from the routes themselves.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Trouble;
use crate::world::World;

/// What stands at the head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sandbox of Africa's Talking and Daraja",
        description = "Everything that the phone page does: phones, what is on the wire, the money behind it. \
            The providers' own paths (`/version1`, `/oauth`, `/mpesa`, `/pulltransactions`) are theirs and not \
            described here. Money is in cents, durations are in milliseconds.",
    ),
    components(schemas(Trouble)),
    tags(
        (name = "phones", description = "Phones to hold, and those on the page"),
        (name = "events", description = "Everything that a page shows, as it changes"),
        (name = "wire", description = "Every HTTP exchange, in both directions"),
        (name = "faults", description = "What goes wrong on demand"),
        (name = "scenarios", description = "What was done, to be played again"),
        (name = "money", description = "What moved at M-Pesa"),
        (name = "state", description = "Saved, loaded, forgotten"),
        (name = "opponent", description = "The simulated opponent"),
        (name = "about", description = "This description"),
    ),
)]
struct Head;

/// The document without routes.
pub(super) fn head() -> Document {
    Head::openapi()
}

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(document))
        .routes(routes!(list))
}

/// The routes, with the document that they describe in reach of those that show it.
pub(super) fn serve(described: OpenApiRouter<Arc<World>>) -> Router<Arc<World>> {
    let (router, document) = described.split_for_parts();
    router.layer(Extension(Arc::new(document)))
}

/// This description, OpenAPI 3.1
#[utoipa::path(get, path = "/api/openapi.json", tag = "about",
    responses((status = 200, description = "The document", body = Object)))]
async fn document(Extension(document): Extension<Arc<Document>>) -> Json<Document> {
    Json(Document::clone(&document))
}

/// This description as a page to read
#[utoipa::path(get, path = "/api", tag = "about",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
async fn list(Extension(document): Extension<Arc<Document>>) -> Response {
    let headers = [(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'",
    )];
    (headers, Html(page(&document))).into_response()
}

/// The page: plain, so that it is read by everything, and needs nothing.
fn page(document: &Document) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\n\
         <body><h1>{title}</h1>\n<p>{about}</p>\n\
         <p>The same for programs: <a href=\"/api/openapi.json\">/api/openapi.json</a></p>\n",
        title = escape(&document.info.title),
        about = escape(document.info.description.as_deref().unwrap_or_default()),
    );
    for tag in document.tags.iter().flatten() {
        let words = tag.description.as_deref().unwrap_or(&tag.name);
        // Writing into a String cannot fail.
        let _ = writeln!(html, "<h2>{}</h2>\n<dl>", escape(words));
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                if operation.tags.iter().flatten().any(|own| *own == tag.name) {
                    let _ = writeln!(
                        html,
                        "<dt><code>{method} {}</code></dt><dd>{}. {}</dd>",
                        escape(path),
                        escape(operation.summary.as_deref().unwrap_or_default()),
                        escape(operation.description.as_deref().unwrap_or_default()),
                    );
                }
            }
        }
        html.push_str("</dl>\n");
    }
    html.push_str("</body></html>\n");
    html
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
