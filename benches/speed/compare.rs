//! Floor, service and peer in turn, over some rounds: one table of medians, spreads and ratios.

mod driven;
mod process;
mod service;
mod table;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use majibu::{
    config::Config,
    service::{Migration, World, assemble},
    store::Claim,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use self::{
    driven::{CROWDED, GAME, Load, NAMELESS},
    process::Started,
    service::Service,
};
use crate::{Failure, bare, floor, given::Given};

/// Hops of a menu, behind one dial that reads the player.
const MENU: &str = "dial:home 1:category 0:home 1:category 0:home 1:category 0:home 1:category 0:home \
1:category 0:home 1:category 0:home 1:category 0:home 1:category 0:home 1:category 0:home 1:category 0:home";

/// The same number of hops for the floor, which knows no screens.
const FLOOR: &str = "dial 1*20";

/// Pairs that are settled for each figure.
const PAIRS: i64 = 2_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A PostgreSQL server that databases are made on
    #[arg(long)]
    postgres: String,
    /// A Redis server
    #[arg(long)]
    redis: String,
    /// The service's program
    #[arg(long)]
    majibu: PathBuf,
    /// The load generator's program
    #[arg(long)]
    sandbox: PathBuf,
    /// A folder with the peer, ready to run
    #[arg(long)]
    peer: Option<PathBuf>,
    /// How often everything is measured
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of each load that has a length
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Games of each load that plays
    #[arg(long, default_value_t = 2_000)]
    games: u32,
    /// Sessions under way at once
    #[arg(long, default_value_t = 32)]
    clients: u32,
    /// Seconds in which an idle service is watched
    #[arg(long, default_value_t = 30)]
    idle: u64,
    /// Measure only these
    #[arg(long, value_delimiter = ',', value_name = "PARTS")]
    only: Vec<Part>,
    /// Write the table to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What is measured in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The floor
    Floor,
    /// The service on PostgreSQL and Redis
    Service,
    /// The peer
    Peer,
    /// Settlement, and its bare batch
    Settle,
    /// The service on SQLite, and bare commits
    Embedded,
}

impl Arguments {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Figures by name, one for each round.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    fn add(&mut self, name: &str, figure: f64) {
        eprintln!("    {name}: {figure:.1}");
        self.0.entry(name.to_owned()).or_default().push(figure);
    }

    fn of(&self, name: &str) -> &[f64] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Measures everything and tells.
pub(crate) async fn compare(mut arguments: Arguments) -> Result<(), Failure> {
    // The service runs in a folder of its own.
    arguments.majibu = arguments.majibu.canonicalize()?;
    let mut figures = Figures::default();
    let size = std::fs::metadata(&arguments.majibu)?.len();
    figures.add("binary.mib", mib(size));
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        let bench = Round {
            arguments: &arguments,
            folder: TempDir::new()?,
        };
        let is_first = round == 1;
        for part in Part::value_variants() {
            if !arguments.has(*part) {
                continue;
            }
            match part {
                Part::Floor => bench.floor(&mut figures).await?,
                Part::Service => bench.service(&mut figures, is_first).await?,
                Part::Peer => bench.peer(&mut figures).await?,
                Part::Settle => bench.settle(&mut figures).await?,
                Part::Embedded => bench.embedded(&mut figures, is_first).await?,
            }
        }
    }
    crate::write(
        arguments.output.as_ref(),
        &table::table(&figures, &arguments),
    )
}

/// One round.
struct Round<'a> {
    arguments: &'a Arguments,
    folder: TempDir,
}

impl Round<'_> {
    fn load(&self) -> Load<'_> {
        Load {
            program: &self.arguments.sandbox,
            clients: self.arguments.clients,
            seconds: self.arguments.seconds,
        }
    }

    /// A database of this name with nothing in it.
    async fn database(&self, name: &str) -> Result<String, Failure> {
        let server = &self.arguments.postgres;
        let mut connection = PgConnection::connect(server).await?;
        for what in ["drop database if exists", "create database"] {
            let sql = format!("{what} {name}");
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await?;
        }
        let (base, _) = server.rsplit_once('/').ok_or("a URL with a database")?;
        Ok(format!("{base}/{name}"))
    }

    async fn floor(&self, figures: &mut Figures) -> Result<(), Failure> {
        let database = self.database("speed_floor").await?;
        let port = process::free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let program = std::env::current_exe()?;
        let mut floor = Started::start(
            std::process::Command::new(program)
                .args(["floor", "--listen", &listen, "--postgres", &database])
                .args(["--redis", &self.arguments.redis]),
        )?;
        floor.until_it_listens(port).await?;
        for route in ["none", "one", "two", "answer", "stake"] {
            let url = format!("http://{listen}/{route}");
            let marker = r"You are (\+\d+),=phone";
            let report = self
                .load()
                .timed(&url, FLOOR, (floor::CALLERS, marker), floor.pid())?;
            figures.add(&format!("floor.{route}"), report.hops_per_second);
        }
        Ok(())
    }

    async fn service(&self, figures: &mut Figures, is_first: bool) -> Result<(), Failure> {
        let database = self.database("speed_majibu").await?;
        let service = Service::on(self, &database, &self.arguments.redis)?;
        let games = self.arguments.games;
        service.prepare(3 * games).await?;
        let (running, ready) = service.start().await?;
        figures.add("ready.postgres.ms", ready.as_secs_f64() * 1_000.0);
        if is_first {
            self.idle(figures, "postgres", &running).await?;
        }
        let marker = format!(
            r"Balance KES ([\d,]+)=place+{}",
            crate::crowd::FIRST_SHILLINGS
        );
        let menu = self
            .load()
            .timed(&service.url(), MENU, (3 * games, &marker), running.pid())?;
        figures.add("menu", menu.hops_per_second);
        figures.add("menu.processor", menu.processor);
        figures.add("menu.p50", menu.p50);
        figures.add("menu.p99", menu.p99);
        figures.add("menu.mib", menu.resident_mib);
        let steps = self
            .load()
            .stepped(&service.url(), GAME, 0, games, running.pid())?;
        figures.add("stake", steps.rate(4..5));
        figures.add("answer", steps.rate(5..9));
        figures.add("finish", steps.rate(9..10));
        let began = Instant::now();
        let game = self
            .load()
            .games(&service.url(), GAME, games, games, running.pid())?;
        let told = service.until_told(games * 2).await?;
        let hops = f64::from(games) * 10.0;
        figures.add("game", hops / (told - began).as_secs_f64());
        figures.add("game.processor", game.processor);
        figures.add("game.mib", game.resident_mib);
        let (first, few) = (2 * games, games / 4);
        let url = service.url();
        let crowd = self
            .load()
            .stepped(&url, CROWDED, first, few, running.pid())?;
        figures.add("stake.crowded", crowd.rate(4..5));
        drop(running);
        service.check().await
    }

    /// What a service uses that has nothing to do.
    async fn idle(
        &self,
        figures: &mut Figures,
        engine: &str,
        running: &Started,
    ) -> Result<(), Failure> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = running.processor()?;
        let watched = Duration::from_secs(self.arguments.idle);
        tokio::time::sleep(watched).await;
        let used = running.processor()?.saturating_sub(before);
        let percent = used.as_secs_f64() / watched.as_secs_f64() * 100.0;
        figures.add(&format!("idle.{engine}.percent"), percent);
        figures.add(&format!("idle.{engine}.mib"), running.resident_mib()?);
        Ok(())
    }

    async fn peer(&self, figures: &mut Figures) -> Result<(), Failure> {
        let Some(folder) = &self.arguments.peer else {
            return Ok(());
        };
        let database = self.database("speed_peer").await?;
        let schema = std::fs::read_to_string(folder.join("schema.sql"))?;
        let mut connection = PgConnection::connect(&database).await?;
        sqlx::raw_sql(AssertSqlSafe(schema))
            .execute(&mut connection)
            .await?;
        let port = process::free_port()?;
        let mut peer = Started::start(
            std::process::Command::new("node")
                .arg("server.js")
                .current_dir(folder)
                .env("NODE_ENV", "production")
                .env("PORT", port.to_string())
                .env("REDIS_URL", &self.arguments.redis)
                .env("DATABASE_URL", &database),
        )?;
        peer.until_it_listens(port).await?;
        let url = format!("http://127.0.0.1:{port}/ussd");
        let games = self.arguments.games;
        // Warm first, as the service is by now.
        let script = NAMELESS;
        self.load().games(&url, script, 0, games / 2, peer.pid())?;
        let game = self.load().games(&url, script, games, games, peer.pid())?;
        figures.add("peer.game", game.hops_per_second);
        figures.add("peer.processor", game.processor);
        figures.add("peer.mib", game.resident_mib);
        Ok(())
    }

    /// Settlement in this process, by the service's own use case, and the bare batch.
    async fn settle(&self, figures: &mut Figures) -> Result<(), Failure> {
        for batch in [1, 100, 1_000] {
            // One by one is slow, and as slow with fewer.
            let pairs = if batch == 1 { PAIRS / 4 } else { PAIRS };
            let database = self.database("speed_bare").await?;
            let rate = bare::settle(&database, pairs, batch).await?;
            figures.add(&format!("bare.settle.{batch}"), rate);
        }
        let mut config = Config::default();
        config.database.url = self.database("speed_settle").await?.into();
        config.africastalking.base_url = service::NOBODY.into();
        let app = assemble(&config, &World::default(), Migration::Run).await?;
        let mut given = Given::on(app.store()).await;
        for batch in [1, 100] {
            let pairs = if batch == 1 { PAIRS / 4 } else { PAIRS };
            given.due(Claim::Sets, usize::try_from(pairs)?).await;
            let began = Instant::now();
            loop {
                let claimed = app.claim(Claim::Sets, batch).await?;
                if claimed.is_empty() {
                    break;
                }
                for work in &claimed {
                    app.work(work).await;
                }
            }
            let rate = bare::rate(pairs, began.elapsed());
            figures.add(&format!("settle.{batch}"), rate);
        }
        app.store().close().await;
        Ok(())
    }

    /// The embedded default: SQLite, sessions in the process.
    async fn embedded(&self, figures: &mut Figures, is_first: bool) -> Result<(), Failure> {
        let time = Duration::from_secs(self.arguments.seconds.min(3));
        for group in [1, 16] {
            let rate = bare::grouped(self.folder.path(), group, time).await?;
            figures.add(&format!("bare.sqlite.{group}"), rate);
        }
        let shared = bare::shared(self.folder.path(), self.arguments.clients, time).await?;
        figures.add("sqlite.shared", shared);
        let file = self.folder.path().join("majibu.db");
        let database = format!("sqlite://{}", file.display());
        let service = Service::on(self, &database, "memory:")?;
        let games = self.arguments.games / 2;
        service.prepare(2 * games).await?;
        let (running, ready) = service.start().await?;
        figures.add("ready.sqlite.ms", ready.as_secs_f64() * 1_000.0);
        if is_first {
            self.idle(figures, "sqlite", &running).await?;
        }
        let steps = self
            .load()
            .stepped(&service.url(), GAME, 0, games, running.pid())?;
        figures.add("sqlite.stake", steps.rate(4..5));
        figures.add("sqlite.answer", steps.rate(5..9));
        let began = Instant::now();
        let game = self
            .load()
            .games(&service.url(), GAME, games, games, running.pid())?;
        let told = service.until_told(games * 2).await?;
        let hops = f64::from(games) * 10.0;
        figures.add("sqlite.game", hops / (told - began).as_secs_f64());
        figures.add("sqlite.game.processor", game.processor);
        drop(running);
        service.check().await
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
