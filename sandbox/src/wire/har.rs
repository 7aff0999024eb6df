//! The record as an HTTP archive (HAR 1.2), which browsers and many tools open.

use serde_json::{Value, json};

use super::WireExchange;
use crate::rules::header;

/// The archive.
pub(super) fn archive(exchanges: &[WireExchange], base: &str) -> Value {
    let entries: Vec<Value> = exchanges.iter().map(|wire| entry(wire, base)).collect();
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "entries": entries,
    } })
}

fn entry(wire: &WireExchange, base: &str) -> Value {
    let exchange = &wire.exchange;
    let mut entry = json!({
        "startedDateTime": exchange.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "time": exchange.duration_ms,
        "request": request(wire, base),
        "response": response(wire),
        "cache": {},
        "timings": { "send": 0, "wait": exchange.duration_ms, "receive": 0 },
    });
    let mut comment = vec![format!("{} -> {}: {}", wire.from, wire.to, wire.label)];
    comment.extend(exchange.trouble.clone());
    comment.extend(wire.broken.iter().map(|rule| rule.what.clone()));
    entry["comment"] = json!(comment.join("; "));
    entry
}

fn request(wire: &WireExchange, base: &str) -> Value {
    let exchange = &wire.exchange;
    let url = wire.url(base);
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let mut request = json!({
        "method": exchange.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(&exchange.request_headers),
        "queryString": pairs(&query),
        "headersSize": -1,
        "bodySize": exchange.request_body.len(),
    });
    if !exchange.request_body.is_empty() {
        let kind = header(&exchange.request_headers, "content-type").unwrap_or_default();
        request["postData"] = json!({ "mimeType": kind, "text": exchange.request_body });
    }
    request
}

/// Status 0 where there was no answer, as browsers write it.
fn response(wire: &WireExchange) -> Value {
    let exchange = &wire.exchange;
    let status = exchange.status.unwrap_or(0);
    let code = axum::http::StatusCode::from_u16(status).ok();
    let words = code
        .and_then(|code| code.canonical_reason())
        .unwrap_or_default();
    let header = |name| header(&exchange.response_headers, name).unwrap_or_default();
    let size = exchange.response_body.len();
    json!({
        "status": status,
        "statusText": words,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(&exchange.response_headers),
        "content": { "size": size, "mimeType": header("content-type"), "text": exchange.response_body },
        "redirectURL": header("location"),
        "headersSize": -1,
        "bodySize": size,
    })
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
