//! Sessions in Redis, or in a Redis Cluster: shared by all processes, lost without harm.
//!
//! One key per session, a hash with its version and its JSON; one script saves it if nobody else did
//! in between. One key per command keeps it right on a cluster.

use std::{fmt, time::Duration};

use redis::{
    AsyncCommands, Client, Cmd, ExistenceCheck, FromRedisValue, RedisResult, SetExpiry, SetOptions,
    aio::{ConnectionManager, ConnectionManagerConfig},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    cluster_routing::{MultipleNodeRoutingInfo, ResponsePolicy, RoutingInfo},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{Conversation, Saved, SessionError, Versioned};

/// What stands before the scheme of a cluster's URL: `redis-cluster://a:6379,b:6379`.
const CLUSTER_SCHEME: &str = "redis-cluster://";

/// How long one command may take. A player hears within a second that Redis is away.
const ANSWER: Duration = Duration::from_millis(400);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_millis(400);

/// Saves a session if its version is still the expected one; the arguments are the expected
/// version, the next one, the JSON and the life span in ms.
const SAVE: &str = "
    local version = redis.call('HGET', KEYS[1], 'v') or '0'
    if version ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'v', ARGV[2], 's', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return 1";

/// The shared access token, and the claim to fetch one; the braces put both on one node.
const TOKEN: &str = "{token}:held";
const TOKEN_FETCH: &str = "{token}:fetch";
/// How long a process may take to fetch a token before another one tries, in ms.
const FETCH_MS: u64 = 2_500;

const READ_TOKEN: &str = "
    local token = redis.call('GET', KEYS[1])
    if not token then return false end
    return {token, redis.call('PTTL', KEYS[1])}";

const FORGET_TOKEN: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[1], KEYS[2])
    return 1";

/// Sessions in Redis. Cheap to clone.
#[derive(Clone)]
pub struct RedisSessions {
    connection: Connection,
    prefix: String,
    under_way: Duration,
    finished: Duration,
}

#[derive(Clone)]
enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisSessions")
    }
}

/// Whether a URL is one of this store's.
pub(super) fn is_url(url: &str) -> bool {
    ["redis://", "rediss://", CLUSTER_SCHEME]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

fn failed(error: redis::RedisError) -> SessionError {
    // The kind and the server's own words; never the URL, which may hold a password.
    let detail = error
        .detail()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    SessionError(format!("Redis: {}{detail}", error.category()))
}

/// Gives up on a command that does not answer.
async fn in_time<T>(
    command: impl Future<Output = RedisResult<T>>,
    limit: Duration,
) -> Result<T, SessionError> {
    match timeout(limit, command).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(SessionError("Redis does not answer".into())),
    }
}

/// A call of a script on the node of its keys. The whole script each time: loading it first would be
/// two more round trips on a server that has just started, and on a cluster it needs every master,
/// also one that is away.
fn eval(script: &str, keys: &[String]) -> Cmd {
    let mut call = redis::cmd("EVAL");
    call.arg(script).arg(keys.len()).arg(keys);
    call
}

impl RedisSessions {
    /// Connects to the server, or the cluster, of a URL. Every key begins with the prefix.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect(
        url: &str,
        prefix: &str,
        under_way: Duration,
        finished: Duration,
    ) -> Result<Self, SessionError> {
        let connection = match url.strip_prefix(CLUSTER_SCHEME) {
            Some(nodes) => {
                let nodes: Vec<String> = nodes
                    .split(',')
                    .map(|node| format!("redis://{}", node.trim().trim_end_matches('/')))
                    .collect();
                let client = ClusterClient::builder(nodes)
                    .connection_timeout(CONNECT)
                    .response_timeout(ANSWER)
                    .retries(2)
                    .min_retry_wait(10)
                    .max_retry_wait(100)
                    .build()
                    .map_err(failed)?;
                let connected = client.get_async_connection();
                Connection::Cluster(in_time(connected, Duration::from_secs(5)).await?)
            }
            None => {
                let config = ConnectionManagerConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(Some(ANSWER))
                    .set_number_of_retries(1)
                    .set_min_delay(Duration::from_millis(10))
                    .set_max_delay(Duration::from_millis(100));
                let client = Client::open(url).map_err(failed)?;
                let connected = ConnectionManager::new_with_config(client, config);
                Connection::Single(in_time(connected, Duration::from_secs(5)).await?)
            }
        };
        let sessions = Self {
            connection,
            prefix: prefix.into(),
            under_way,
            finished,
        };
        sessions.ping().await?;
        Ok(sessions)
    }

    /// The key of a session. The number is that of the format: what another version wrote is not
    /// seen.
    fn key(&self, id: &str) -> String {
        format!("{}:session:1:{id}", self.prefix)
    }

    fn own(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    pub(super) async fn read(&self, id: &str) -> Result<Option<Versioned>, SessionError> {
        let key = self.key(id);
        let fields = ["v", "s"];
        let (version, json): (Option<u64>, Option<String>) = match self.connection.clone() {
            Connection::Single(mut c) => in_time(c.hmget(&key, &fields), ANSWER).await?,
            Connection::Cluster(mut c) => in_time(c.hmget(&key, &fields), ANSWER).await?,
        };
        let Some(version) = version else {
            return Ok(None);
        };
        let conversation = json.and_then(|json| serde_json::from_str(&json).ok());
        if conversation.is_none() {
            // What cannot be read is as good as lost, and must not stand in the way of what is new.
            let _: i64 = match self.connection.clone() {
                Connection::Single(mut c) => in_time(c.del(&key), ANSWER).await?,
                Connection::Cluster(mut c) => in_time(c.del(&key), ANSWER).await?,
            };
        }
        Ok(conversation.map(|conversation| Versioned {
            conversation,
            version,
        }))
    }

    pub(super) async fn save(
        &self,
        id: &str,
        conversation: &Conversation,
        version: u64,
    ) -> Result<Saved, SessionError> {
        let json = serde_json::to_string(conversation)
            .map_err(|_| SessionError("the session cannot be written down".into()))?;
        let life = conversation.life(self.under_way, self.finished);
        let mut call = eval(SAVE, &[self.key(id)]);
        call.arg(version)
            .arg(version + 1)
            .arg(json)
            .arg(u64::try_from(life.as_millis()).unwrap_or(u64::MAX));
        let saved: i64 = self.answer_to(&call).await?;
        Ok(if saved == 1 { Saved::Yes } else { Saved::Lost })
    }

    /// The shared access token, and how long it may still be used.
    pub(super) async fn read_token(
        &self,
    ) -> Result<Option<(SecretString, Duration)>, SessionError> {
        let call = eval(READ_TOKEN, &[self.own(TOKEN)]);
        let found: Option<(String, i64)> = self.answer_to(&call).await?;
        Ok(found.and_then(|(token, ms)| {
            let life = Duration::from_millis(u64::try_from(ms).ok()?);
            Some((SecretString::from(token), life))
        }))
    }

    /// Keeps a token for all processes; whoever waits for it finds it.
    pub(super) async fn write_token(
        &self,
        token: &SecretString,
        life: Duration,
    ) -> Result<(), SessionError> {
        let ms = u64::try_from(life.as_millis()).unwrap_or(u64::MAX).max(1);
        let token = token.expose_secret();
        match self.connection.clone() {
            Connection::Single(mut c) => {
                in_time(c.pset_ex(self.own(TOKEN), token, ms), ANSWER).await
            }
            Connection::Cluster(mut c) => {
                in_time(c.pset_ex(self.own(TOKEN), token, ms), ANSWER).await
            }
        }
    }

    /// Forgets the token if it is still this one, and lets somebody fetch another.
    pub(super) async fn forget_token(&self, token: &SecretString) -> Result<(), SessionError> {
        let mut call = eval(FORGET_TOKEN, &[self.own(TOKEN), self.own(TOKEN_FETCH)]);
        call.arg(token.expose_secret());
        let _: i64 = self.answer_to(&call).await?;
        Ok(())
    }

    /// Whether this process is the one to fetch a token now.
    pub(super) async fn claim_token_fetch(&self) -> Result<bool, SessionError> {
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(FETCH_MS));
        let set: Option<String> = match self.connection.clone() {
            Connection::Single(mut c) => {
                in_time(c.set_options(self.own(TOKEN_FETCH), 1, options), ANSWER).await?
            }
            Connection::Cluster(mut c) => {
                in_time(c.set_options(self.own(TOKEN_FETCH), 1, options), ANSWER).await?
            }
        };
        Ok(set.is_some())
    }

    async fn answer_to<T: FromRedisValue>(&self, call: &Cmd) -> Result<T, SessionError> {
        match self.connection.clone() {
            Connection::Single(mut c) => in_time(call.query_async(&mut c), ANSWER).await,
            Connection::Cluster(mut c) => in_time(call.query_async(&mut c), ANSWER).await,
        }
    }

    pub(super) async fn ping(&self) -> Result<(), SessionError> {
        let ping = redis::cmd("PING");
        match self.connection.clone() {
            Connection::Single(mut c) => in_time(ping.query_async(&mut c), ANSWER).await,
            Connection::Cluster(mut c) => {
                // One master is enough: the sessions of the others are not lost with it.
                let any = (
                    MultipleNodeRoutingInfo::AllMasters,
                    Some(ResponsePolicy::OneSucceeded),
                );
                let sent = c.route_command(ping, RoutingInfo::MultiNode(any));
                in_time(sent, ANSWER).await.map(|_| ())
            }
        }
    }
}
