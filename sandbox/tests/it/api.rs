//! The description of the API: whole, and true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::instant_world;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The operations of the document: path, method, description.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = METHODS.iter().filter(|method| item[**method].is_object());
        methods.map(|method| (path.clone(), (*method).to_owned(), item[*method].clone()))
    });
    each.collect()
}

async fn document(client: &Client) -> Value {
    let url = format!("{}/api/openapi.json", client.base);
    let answer = client.http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_refers_to_nothing_that_is_missing() {
    let (sim, _service) = instant_world().await;
    let document = document(&Client::new(&sim.base_url())).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let text = document.to_string();
    let refs: BTreeSet<&str> = text
        .split("\"$ref\":\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(refs.len() > 10, "{refs:?}");
    for pointer in refs {
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|words| !words.is_empty()),
            "{what} says what it does"
        );
        assert!(
            tags.contains(operation["tags"][0].as_str().unwrap()),
            "{what} has a tag of the document"
        );
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{what} has an id of its own"
        );
        // Each {name} of the path is described.
        for name in path.split('{').skip(1) {
            let name = name.split('}').next().unwrap();
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(
                parameters
                    .iter()
                    .any(|parameter| parameter["name"] == name && parameter["in"] == "path"),
                "{what} describes {name}"
            );
        }
    }
}

/// Routes exist only through `OpenApiRouter::routes`, which describes them: nobody can add one
/// under `/api` that the document does not have.
#[test]
fn no_route_of_the_api_goes_past_the_document() {
    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&folder, &mut found);
    assert!(found.len() > 20);
    for (path, text) in found {
        let compact: String = text.split_whitespace().collect();
        for call in [
            ".route(\"/api",
            ".nest(\"/api",
            ".route_service(\"/api",
            ".nest_service(\"/api",
        ] {
            assert!(
                !compact.contains(call),
                "{path} has {call}: use OpenApiRouter::routes"
            );
        }
    }
}

#[tokio::test]
async fn what_is_described_answers() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    for (path, method, _) in operations(&document(&client).await) {
        let mut url = format!("{}{path}", client.base);
        // A phone where a number stands; nothing has any other id.
        url = url.replace("{number}", "0712345678");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let request = client.http.request(method.clone(), &url).json(&json!({}));
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(
            ![405, 500, 501].contains(&status),
            "{method} {url}: {status}"
        );
        if status == 404 {
            // Something that is named is missing, not the route.
            let words = answer.text().await.unwrap();
            let is_missing = path.contains('{') && !words.contains("nothing at this path");
            assert!(is_missing, "{method} {url}: {words}");
        }
    }
}

#[tokio::test]
async fn a_person_reads_the_same_list() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let answer = client.http.get(format!("{}/api", client.base)).send();
    let answer = answer.await.unwrap();
    assert_eq!(
        answer.headers()["content-security-policy"],
        "default-src 'none'; base-uri 'none'"
    );
    let page = answer.text().await.unwrap();
    assert!(!page.contains("http://") && !page.contains("https://"));
    let list = operations(&document(&client).await);
    assert!(list.len() > 15);
    for (path, method, operation) in list {
        let line = format!("<code>{} {path}</code>", method.to_uppercase());
        assert_eq!(page.matches(&line).count(), 1, "{line}");
        assert!(page.contains(operation["summary"].as_str().unwrap()));
    }
}
