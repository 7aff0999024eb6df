//! The one connection that writes to a SQLite file, and who has it in turn.
//!
//! A commit waits for the disk, and nothing else is written meanwhile. So those who wait when one has had
//! its turn join its group: each has the connection in turn, behind a savepoint of its own, and all share
//! one commit. Who fails or goes away is rolled back to that savepoint, and the others never notice.
//! Nobody hears that anything is done before the commit of the group is on the disk. A group waits for
//! nobody: it is as large as the crowd that is there already.
//!
//! A task of its own lends the connection out and commits, so that whoever goes away, at whatever
//! instant, keeps nobody else from the commit.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use super::{StoreError, open::ACQUIRE_TIMEOUT};

/// How many have their turn within one commit at most: the first one waits for all of them.
const GROUP: usize = 64;
/// How long a group takes others in once somebody waits for its commit, for the same reason: a few
/// times as long as a disk needs.
const GROUP_TIME: Duration = Duration::from_millis(50);
/// How many can stand in line; who comes then waits for a place in it.
const LINE: usize = 1_024;

/// Whoever wants to write. Cheap to clone; the connection is closed when the last one is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    line: mpsc::Sender<Asked>,
    is_lent: Arc<AtomicBool>,
}

/// A transaction's turn on the connection. Dropped without [`Turn::commit`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Turn {
    connection: OwnedMutexGuard<SqliteConnection>,
    over: oneshot::Sender<Told>,
}

/// Who stands in line, or makes it end.
#[derive(Debug)]
enum Asked {
    Turn(oneshot::Sender<Result<Turn, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// How the member of a group hears what became of it.
type Told = oneshot::Sender<Result<(), StoreError>>;

impl Writer {
    /// Lends out a connection; connects anew, by the same options, where it broke.
    pub(super) fn on(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        let (sender, receiver) = mpsc::channel(LINE);
        let is_lent = Arc::new(AtomicBool::new(false));
        let lender = Lender {
            line: receiver,
            connection: Some(Arc::new(Mutex::new(connection))),
            options,
            is_lent: Arc::clone(&is_lent),
        };
        tokio::spawn(lender.run());
        Self {
            line: sender,
            is_lent,
        }
    }

    /// Waits for a turn. The transaction has the write lock of the file from the start.
    pub(super) async fn turn(&self) -> Result<Turn, StoreError> {
        let turn = async {
            let (sender, receiver) = oneshot::channel();
            self.ask(Asked::Turn(sender)).await?;
            receiver.await.unwrap_or_else(|_| Err(closed()))
        };
        match tokio::time::timeout(ACQUIRE_TIMEOUT, turn).await {
            Ok(turn) => turn,
            Err(_) => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }

    /// Whether somebody has the connection.
    pub(super) fn is_lent(&self) -> bool {
        self.is_lent.load(Ordering::Relaxed)
    }

    /// Closes the connection after those who stand in line already.
    pub(super) async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.ask(Asked::Close(sender)).await.is_ok() {
            // It is closed just the same where the one who closes it went away.
            let _ = receiver.await;
        }
    }

    async fn ask(&self, what: Asked) -> Result<(), StoreError> {
        self.line.send(what).await.map_err(|_| closed())
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable(sqlx::Error::PoolClosed)
}

impl Turn {
    /// Ends the turn, and waits until what was done in it is on the disk.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let Self { connection, over } = self;
        drop(connection);
        let (told, hears) = oneshot::channel();
        over.send(told).map_err(|_| closed())?;
        hears.await.unwrap_or_else(|_| Err(closed()))
    }
}

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

/// Lends the connection out, one group after the other.
struct Lender {
    line: mpsc::Receiver<Asked>,
    /// `None` after anything went wrong that is not a member's own failure.
    connection: Option<Arc<Mutex<SqliteConnection>>>,
    options: SqliteConnectOptions,
    is_lent: Arc<AtomicBool>,
}

/// Those who share a commit.
struct Group {
    connection: Arc<Mutex<SqliteConnection>>,
    turns: usize,
    /// Whose turn ended well: nothing of it is on the disk yet.
    kept: Vec<Told>,
    /// Since when the first of them waits.
    since: Option<Instant>,
}

impl Lender {
    async fn run(mut self) {
        let mut next = self.line.recv().await;
        loop {
            next = match next {
                Some(Asked::Turn(first)) => {
                    self.is_lent.store(true, Ordering::Relaxed);
                    let ended_by = self.group(first).await;
                    self.is_lent.store(false, Ordering::Relaxed);
                    match ended_by {
                        Some(asked) => Some(asked),
                        None => self.line.recv().await,
                    }
                }
                Some(Asked::Close(closed)) => {
                    self.line.close();
                    self.close().await;
                    // Nobody may be listening any more.
                    let _ = closed.send(());
                    return;
                }
                None => return self.close().await,
            }
        }
    }

    /// One group, from the first one's begin to the commit; gives who ended it by wanting to close.
    async fn group(&mut self, first: oneshot::Sender<Result<Turn, StoreError>>) -> Option<Asked> {
        let connection = match self.begin().await {
            Ok(connection) => connection,
            Err(error) => {
                let _ = first.send(Err(error));
                return None;
            }
        };
        let mut group = Group {
            connection,
            turns: 0,
            kept: Vec::new(),
            since: None,
        };
        let (done, ended_by) = self.turns(&mut group, first).await;
        let done = match done {
            Ok(()) => group.commit().await,
            failed => failed,
        };
        if let Err(error) = done {
            tracing::warn!(error = error.in_full(), "a commit to SQLite failed");
            for told in group.kept {
                let _ = told.send(Err(error.for_another()));
            }
            drop(group.connection);
            // Whatever state it is in: closing it rolls back, and the next group has a new one.
            self.close().await;
        } else {
            for told in group.kept {
                let _ = told.send(Ok(()));
            }
        }
        ended_by
    }

    /// One turn after the other, while others stand in line and the group is small and quick enough.
    async fn turns(
        &mut self,
        group: &mut Group,
        first: oneshot::Sender<Result<Turn, StoreError>>,
    ) -> (Result<(), StoreError>, Option<Asked>) {
        let mut asked = first;
        loop {
            if let Err(error) = group.lend(asked).await {
                return (Err(error), None);
            }
            if group.is_full() {
                return (Ok(()), None);
            }
            asked = match self.line.try_recv() {
                Ok(Asked::Turn(next)) => next,
                Ok(close) => return (Ok(()), Some(close)),
                Err(_) => return (Ok(()), None),
            };
            if let Err(error) = group.next().await {
                let _ = asked.send(Err(error.for_another()));
                return (Err(error), None);
            }
        }
    }

    /// Begins a group's transaction, and its first savepoint.
    async fn begin(&mut self) -> Result<Arc<Mutex<SqliteConnection>>, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Arc::new(Mutex::new(self.options.connect().await?)),
        };
        let begun = run(&connection, "begin immediate; savepoint turn").await;
        self.connection = begun.is_ok().then(|| Arc::clone(&connection));
        begun.map(|()| connection)
    }

    async fn close(&mut self) {
        // Nobody else has it between two groups.
        if let Some(connection) = self.connection.take().and_then(Arc::into_inner) {
            let closed = connection.into_inner().close().await;
            if let Err(error) = closed {
                tracing::warn!(%error, "SQLite did not close");
            }
        }
    }
}

impl Group {
    /// One member's turn. An error is the end of the whole group.
    async fn lend(
        &mut self,
        asked: oneshot::Sender<Result<Turn, StoreError>>,
    ) -> Result<(), StoreError> {
        self.turns += 1;
        let (over, ended) = oneshot::channel();
        let connection = Arc::clone(&self.connection).lock_owned().await;
        // Who has gone away meanwhile drops its turn unused.
        let _ = asked.send(Ok(Turn { connection, over }));
        match ended.await {
            Ok(told) => {
                self.kept.push(told);
                self.since.get_or_insert_with(Instant::now);
            }
            // SQLite itself rolls everything back after some failures, as of a disk that is full. Then
            // the savepoint is gone as well, and this fails.
            Err(_) => run(&self.connection, "rollback to turn").await?,
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.turns >= GROUP
            || self
                .since
                .is_some_and(|since| since.elapsed() >= GROUP_TIME)
    }

    /// A savepoint for the next member; that of the last one is not needed any more.
    async fn next(&self) -> Result<(), StoreError> {
        run(&self.connection, "release turn; savepoint turn").await
    }

    async fn commit(&self) -> Result<(), StoreError> {
        let end = if self.kept.is_empty() {
            "rollback"
        } else {
            "commit"
        };
        run(&self.connection, end).await
    }
}

/// Runs statements of the lender's own, in one trip.
async fn run(
    connection: &Mutex<SqliteConnection>,
    statements: &'static str,
) -> Result<(), StoreError> {
    let mut connection = connection.lock().await;
    sqlx::raw_sql(statements).execute(&mut *connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
