//! Somebody at the console: keeps cookies as a browser does, and follows nothing by itself.

use std::{collections::BTreeMap, sync::LazyLock};

use majibu::{app::hash_password, config::Config, core::operator::Role};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect::Policy};

use crate::support::{World, by};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "kahawa na maziwa";

static HASH: LazyLock<String> = LazyLock::new(|| {
    let hash = hash_password(&PASSWORD.into(), &mut StdRng::seed_from_u64(1));
    hash.expect("a hash")
});

/// A configuration with a console.
pub(crate) fn with_console(config: &mut Config) {
    config.admin.password_hash = Some(HASH.clone().into());
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    /// Where it leads.
    pub(crate) fn to(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

/// A browser.
pub(crate) struct Browser {
    client: Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn at(base: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy();
        Self {
            client: client.build().expect("a client"),
            base: base.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn new(world: &World) -> Self {
        Self::at(&world.base())
    }

    /// The same browser, with the service at another address.
    pub(crate) fn moved_to(self, base: &str) -> Self {
        Self {
            cookies: self.cookies,
            ..Self::at(base)
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let url = format!("{}{path}", self.base);
        let request = self.client.request(method, url);
        if cookies.is_empty() {
            return request;
        }
        request.header(header::COOKIE, cookies.join("; "))
    }

    /// Sends a request and keeps the cookies of its answer.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (pair, rest) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("text"),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Sends a form as it is.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).form(form);
        self.send(request).await
    }

    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let form = [("name", name), ("password", password)];
        self.post("/admin/login", &form).await
    }

    /// The token in the forms of a page.
    pub(crate) async fn token(&mut self, page: &str) -> String {
        let page = self.get(page).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let (_, rest) = page
            .body
            .split_once("name=\"token\" value=\"")
            .expect("a form with a token");
        rest.split('"').next().expect("a value").to_owned()
    }

    /// Sends a form of a page, as who reads it does; gives the page that it leads back to.
    pub(crate) async fn act(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(page).await;
        let mut form = vec![("token", token.as_str()), ("back", page)];
        form.extend(fields);
        let answer = self.post(path, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let to = answer.to().to_owned();
        self.get(&to).await
    }
}

/// A browser in which an administrator of this role is logged in.
pub(crate) async fn logged_in(world: &World, role: Role) -> Browser {
    let name = format!("{role}-1");
    world
        .app()
        .add_admin(&name, role, &PASSWORD.into(), &by("test"))
        .await
        .expect("added");
    let mut browser = Browser::new(world);
    let answer = browser.log_in(&name, PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.to()), (303, "/admin"));
    browser
}
