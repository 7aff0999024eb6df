//! One connection to the service, kept open; made again where it broke.

use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::LoadError;

/// The header that names the screen.
const SCREEN: &str = "at-ussd-hop-metadata";

/// Where requests go.
#[derive(Debug)]
pub(super) struct Address {
    authority: String,
    path: Uri,
    headers: HeaderMap,
}

impl Address {
    /// Reads `http://host:port/path`.
    pub(super) fn read(url: &str) -> Result<Self, LoadError> {
        let wrong = || {
            LoadError::plan(format!(
                "not an address such as http://127.0.0.1:8080/ussd: {url}"
            ))
        };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(wrong());
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = HeaderMap::new();
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        headers.insert(
            HOST,
            HeaderValue::from_str(&authority).map_err(|_| wrong())?,
        );
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        Ok(Self {
            authority,
            path: path.parse().map_err(|_| wrong())?,
            headers,
        })
    }
}

/// A reply as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// The screen's name, where the service tells it.
    pub(super) screen: Option<String>,
    pub(super) body: Bytes,
}

/// No reply: what went wrong.
#[derive(Debug)]
pub(super) struct NoReply(pub(super) String);

/// A connection, open or to be opened.
pub(super) struct Connection {
    address: Arc<Address>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    pub(super) fn new(address: &Arc<Address>) -> Self {
        Self {
            address: address.clone(),
            open: None,
        }
    }

    /// Forgets the connection: whatever comes on it answers something else.
    pub(super) fn drop_it(&mut self) {
        self.open = None;
    }

    /// Posts a form.
    pub(super) async fn post(&mut self, form: Bytes) -> Result<Reply, NoReply> {
        let sent = self.try_post(form).await;
        if sent.is_err() {
            self.drop_it();
        }
        sent.map_err(|error| NoReply(error.to_string()))
    }

    async fn try_post(&mut self, form: Bytes) -> Result<Reply, Box<dyn std::error::Error>> {
        // A service may close a connection between two requests: that is no failure of a hop.
        let mut kept = self.open.take();
        let is_open = match &mut kept {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        let sender = match kept.filter(|_| is_open) {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let sender = self.open.insert(sender);
        let mut request = Request::new(Full::new(form));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.path.clone();
        *request.headers_mut() = self.address.headers.clone();
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let screen = response.headers().get(SCREEN);
        let screen = screen
            .and_then(|name| name.to_str().ok())
            .map(str::to_owned);
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Reply {
            status,
            screen,
            body,
        })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(&self.address.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
