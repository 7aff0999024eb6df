//! The service as its tables grow: the same hops and jobs at each size, as a table and a plot.

mod fill;
mod plot;

use std::{
    fmt::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use majibu::{
    app::App,
    config::Config,
    menu::Shown,
    ports::{Clock, Hop, SystemClock, Typed},
    service::{Migration, World, assemble},
    store::Claim,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{Failure, crowd, median};

/// Hops of each kind at each size.
const SAMPLES: u32 = 100;

/// Players who dial before anything is measured.
const WARM: i64 = 50;

/// Entries that are refunded at each size.
const REFUNDS: i64 = 500;

/// What is measured, in the order of the table.
const KINDS: [&str; 6] = [
    "dial (home screen)",
    "my games",
    "start a game",
    "start and be paired",
    "refund of 100",
    "ledger check",
];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A PostgreSQL server that a database is made on
    #[arg(long)]
    postgres: String,
    /// Players at each size; every one has a settled game and a waiting entry
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    sizes: Vec<i64>,
    /// Write the plot to this file
    #[arg(long, value_name = "FILE", default_value = "docs/growth.svg")]
    plot: PathBuf,
    /// Write the table to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What was measured at one size: milliseconds of each kind.
struct Measured {
    players: i64,
    ms: [f64; KINDS.len()],
}

/// Measures all sizes and tells.
pub(crate) async fn growth(arguments: Arguments) -> Result<(), Failure> {
    let url = database(&arguments.postgres).await?;
    let mut config = Config::default();
    config.database.url = url.clone().into();
    // Nobody listens there.
    config.africastalking.base_url = "http://127.0.0.1:9".into();
    let app = assemble(&config, &World::default(), Migration::Run).await?;
    import(&app).await?;
    let fresh = 2 * SAMPLES * u32::try_from(arguments.sizes.len())?;
    crowd::players(app.store(), fresh).await?;
    let mut bench = Bench {
        app,
        url,
        fresh: 0,
        sessions: 0,
    };
    let (mut all, mut players) = (Vec::new(), 0);
    for size in arguments.sizes {
        let began = Instant::now();
        fill::fill(&bench.url, players, size, SystemClock.now().ms()).await?;
        players = size;
        eprintln!(
            "{size} players after {:.0} s",
            began.elapsed().as_secs_f64()
        );
        all.push(Measured {
            players,
            ms: bench.measure(players).await?,
        });
    }
    let points: Vec<(i64, &[f64])> = all.iter().map(|m| (m.players, m.ms.as_slice())).collect();
    plot::plot(&arguments.plot, &KINDS, &points)?;
    crate::write(arguments.output.as_ref(), &table(&all))
}

async fn database(server: &str) -> Result<String, Failure> {
    let mut connection = PgConnection::connect(server).await?;
    for what in ["drop database if exists", "create database"] {
        let sql = AssertSqlSafe(format!("{what} speed_growth"));
        sqlx::raw_sql(sql).execute(&mut connection).await?;
    }
    let (base, _) = server.rsplit_once('/').ok_or("a URL with a database")?;
    Ok(format!("{base}/speed_growth"))
}

/// The starter questions.
async fn import(app: &App) -> Result<(), Failure> {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/menus/questions.csv"))?;
    app.import_questions(&file).await?;
    Ok(())
}

struct Bench {
    app: App,
    url: String,
    /// How many of the players without a game have been used.
    fresh: u32,
    sessions: u64,
}

impl Bench {
    async fn measure(&mut self, players: i64) -> Result<[f64; KINDS.len()], Failure> {
        // Connections, plans and pages that are read for the first time are no matter of size.
        for place in 1..=WARM {
            let mut phone = self.phone(format!("+2541{}", 10_000_000 + place));
            self.press(&mut phone, None, "home").await?;
            self.press(&mut phone, Some("3"), "games").await?;
        }
        let (mut dials, mut games) = (Vec::new(), Vec::new());
        for sample in 0..i64::from(SAMPLES) {
            let place = 1 + sample * (players / i64::from(SAMPLES));
            let mut phone = self.phone(format!("+2541{}", 10_000_000 + place));
            dials.push(self.press(&mut phone, None, "home").await?);
            games.push(self.press(&mut phone, Some("3"), "games").await?);
        }
        let (mut started, mut paired) = (Vec::new(), Vec::new());
        for _ in 0..SAMPLES {
            // Nobody waits at the highest stake; at the second everybody does.
            started.push(self.stake("5").await?);
            paired.push(self.stake("2").await?);
            self.close("offered_until_ms is not null and stake_cents = 50000")
                .await?;
        }
        let refunded = self.refund().await?;
        let began = Instant::now();
        let report = self.app.ledger_report().await?;
        let checked = began.elapsed();
        if !report.findings.is_empty() {
            return Err(format!("the books are wrong: {:?}", report.findings).into());
        }
        Ok([
            ms(&dials),
            ms(&games),
            ms(&started),
            ms(&paired),
            ms(&refunded),
            ms(&[checked]),
        ])
    }

    fn phone(&mut self, number: String) -> Hop {
        self.sessions += 1;
        Hop {
            session: format!("speed{}", self.sessions),
            phone: number,
            service_code: String::new(),
            network: String::new(),
            typed: Typed::Transcript(String::new()),
            echo: Vec::new(),
        }
    }

    /// Sends a hop; gives how long it took. Another screen than the expected one is an error.
    async fn press(
        &self,
        phone: &mut Hop,
        key: Option<&str>,
        screen: &str,
    ) -> Result<Duration, Failure> {
        if let (Some(key), Typed::Transcript(typed)) = (key, &mut phone.typed) {
            if !typed.is_empty() {
                typed.push('*');
            }
            typed.push_str(key);
        }
        let began = Instant::now();
        let shown: Shown = self.app.hop(phone).await;
        let took = began.elapsed();
        if shown.screen != screen {
            return Err(format!(
                "{screen} was due, and {} came: {}",
                shown.screen, shown.text
            )
            .into());
        }
        Ok(took)
    }

    /// A player who never played takes a seat; gives how long that hop took.
    async fn stake(&mut self, key: &str) -> Result<Duration, Failure> {
        let mut phone = self.phone(format!("+254{}", 700_000_000 + self.fresh));
        self.fresh += 1;
        let category = (1 + self.fresh / 2 % 5).to_string();
        self.press(&mut phone, None, "home").await?;
        self.press(&mut phone, Some("1"), "category").await?;
        self.press(&mut phone, Some(&category), "stake").await?;
        self.press(&mut phone, Some(key), "confirm").await?;
        self.press(&mut phone, Some("1"), "question").await
    }

    /// Nobody joins these sets any more.
    async fn close(&self, which: &str) -> Result<(), Failure> {
        let sql = format!("update question_set set offered_until_ms = null where {which}");
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// Some of the waiting entries have waited for too long; gives how long each batch took.
    async fn refund(&self) -> Result<Vec<Duration>, Failure> {
        let now = SystemClock.now().ms();
        let mut connection = PgConnection::connect(&self.url).await?;
        let due = "update entry set staked_at_ms = $1 - 1860000, due_at_ms = $1 - 1
            where id in (select id from entry where state = 'waiting' and due_at_ms > $1
                order by due_at_ms desc, id desc limit $2)";
        sqlx::query(due)
            .bind(now)
            .bind(REFUNDS)
            .execute(&mut connection)
            .await?;
        let mut batches = Vec::new();
        loop {
            let began = Instant::now();
            let claimed = self.app.claim(Claim::Unpaired, 100).await?;
            let Some(work) = claimed.first() else {
                return Ok(batches);
            };
            self.app.work(work).await;
            batches.push(began.elapsed());
        }
    }
}

/// The median in milliseconds.
fn ms(times: &[Duration]) -> f64 {
    let times: Vec<f64> = times
        .iter()
        .map(|time| time.as_secs_f64() * 1_000.0)
        .collect();
    median(&times)
}

fn table(all: &[Measured]) -> String {
    let mut text = String::from("| players |");
    for kind in KINDS {
        let _ = write!(text, " {kind} |");
    }
    text.push_str("\n| ---: |");
    text.push_str(&" ---: |".repeat(KINDS.len()));
    for measured in all {
        let _ = write!(text, "\n| {} |", measured.players);
        for ms in measured.ms {
            let _ = write!(text, " {ms:.2} ms |");
        }
    }
    text
}
