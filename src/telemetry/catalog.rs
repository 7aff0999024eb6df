//! Every metric of the service: name, kind, unit, labels with their values, and what it is for. The
//! recorder takes its buckets and its help from here, `docs/metrics.md` is written from it, and the
//! tests hold `/metrics`, the dashboard and the alarms against it.

use metrics::Unit;

use crate::core::ledger::Reason;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// The part of the service that it tells of: a heading in `docs/metrics.md`.
    pub subject: &'static str,
    /// The name.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// What it counts or measures.
    pub unit: &'static str,
    /// Its labels, in order.
    pub labels: &'static [Label],
    /// What it says, for a person.
    pub help: &'static str,
}

/// What kind of metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// How it stands now.
    Gauge,
    /// How values are spread, in these buckets.
    Histogram(&'static [f64]),
}

/// One label of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// The name.
    pub name: &'static str,
    /// What it can be.
    pub values: Values,
}

/// The values of a label.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// One of these.
    Listed(&'static [&'static str]),
    /// The name of a reason in the ledger.
    Reasons,
    /// The name of a screen of the menu.
    Screens,
    /// A short code from a list in the code; what is on it.
    Codes(&'static str),
}

impl Values {
    /// All of them; `None` where they are not listed.
    #[must_use]
    pub fn listed(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Listed(values) => Some(values.to_vec()),
            Self::Reasons => Some(Reason::ALL.iter().map(|reason| reason.name()).collect()),
            Self::Screens | Self::Codes(_) => None,
        }
    }
}

impl Kind {
    /// The word of Prometheus.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

impl Metric {
    /// Has the recorder show its help.
    pub(super) fn describe(&self) {
        match self.kind {
            Kind::Counter => metrics::describe_counter!(self.name, Unit::Count, self.help),
            Kind::Gauge => metrics::describe_gauge!(self.name, Unit::Count, self.help),
            Kind::Histogram(_) => metrics::describe_histogram!(self.name, Unit::Count, self.help),
        }
    }

    /// A counter with at most one label begins at zero, for each value that it can have.
    pub(super) fn begin_at_zero(&self) {
        match (self.kind, self.labels) {
            (Kind::Counter, []) => metrics::counter!(self.name).increment(0),
            (Kind::Counter, [label]) => {
                for value in label.values.listed().unwrap_or_default() {
                    metrics::counter!(self.name, label.name => value).increment(0);
                }
            }
            (Kind::Counter | Kind::Gauge | Kind::Histogram(_), _) => {}
        }
    }
}

/// Buckets of what a player waits for, in ms: a gateway gives up at 10,000.
const HOP_MS: &[f64] = &[
    1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
];
/// Of calls to providers and of jobs, in ms.
const CALL_MS: &[f64] = &[
    5.0, 25.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 20_000.0, 60_000.0,
];
/// Of waiting for a transaction to begin, in ms: it gives up at 5,000.
const BEGIN_MS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 25.0, 100.0, 500.0, 1_000.0, 5_000.0];
/// From a callback to what came of it, in ms.
const LAG_MS: &[f64] = &[
    10.0,
    50.0,
    100.0,
    500.0,
    1_000.0,
    5_000.0,
    30_000.0,
    300_000.0,
    3_600_000.0,
];
const SESSION_HOPS: &[f64] = &[1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 40.0];
const SESSION_MS: &[f64] = &[
    1_000.0, 5_000.0, 15_000.0, 30_000.0, 60_000.0, 120_000.0, 180_000.0, 300_000.0,
];
const PAIRING_SECONDS: &[f64] = &[1.0, 5.0, 15.0, 30.0, 60.0, 300.0, 600.0, 1_200.0, 1_800.0];

const SCREEN: Label = Label {
    name: "screen",
    values: Values::Screens,
};
const CALLS: Label = listed("calls", &["pushes", "queries", "payouts"]);
const CLASS: Label = listed("class", &["receipt", "answer", "promotion"]);
const REASON: Label = Label {
    name: "reason",
    values: Values::Reasons,
};
const JOB: Label = listed(
    "kind",
    &[
        "callbacks",
        "pushes",
        "queries",
        "payouts",
        "payout_queries",
        "chores",
        "sms",
        "promotions",
        "rounds",
        "unpaired",
        "sets",
    ],
);
const CALLBACK: Label = listed(
    "kind",
    &[
        "stk",
        "stk_status",
        "c2b_validation",
        "c2b_confirmation",
        "c2b_pull",
        "sms_delivery",
        "sms_inbound",
        "sms_optout",
        "ussd_event",
        "payout",
        "payout_timeout",
        "payout_status",
        "balance",
        "balance_timeout",
    ],
);
const PROVIDER: Label = listed("provider", &["daraja", "africastalking", "fallback"]);
const ENDPOINT: Label = listed(
    "endpoint",
    &[
        "oauth", "push", "query", "payout", "status", "balance", "pull", "register", "sms",
    ],
);
const DEPOSIT: Label = listed("state", &["requested", "pushed", "paid", "failed"]);
const OPEN_DEPOSIT: Label = listed("state", &["requested", "pushed"]);
const WITHDRAWAL: Label = listed("state", &["requested", "sent", "unknown", "paid", "failed"]);
const OPEN_WITHDRAWAL: Label = listed("state", &["requested", "sent", "unknown"]);
const ENTRY: Label = listed(
    "state",
    &["playing", "won", "lost", "drawn", "refunded", "returned"],
);
const OPEN_ENTRY: Label = listed("state", &["playing", "waiting"]);
const FOR_OPERATOR: Label = listed(
    "what",
    &[
        "parked",
        "flagged_deposits",
        "flagged_withdrawals",
        "dead_callbacks",
        "late_payouts",
        "fair_cases",
    ],
);
const CHORE: Label = listed("chore", &["pull", "balance", "ledger", "fair"]);
const PART: Label = listed("part", &["database", "sessions"]);
const POOL: Label = listed("pool", &["postgres", "writer", "readers"]);
const POOL_STATE: Label = listed("state", &["used", "idle"]);

const fn listed(name: &'static str, values: &'static [&'static str]) -> Label {
    Label {
        name,
        values: Values::Listed(values),
    }
}

macro_rules! metrics {
    ($($subject:literal { $($name:literal $kind:expr, $unit:literal, [$($label:expr),*]: $help:literal;)* })*) => {
        /// Every metric.
        pub const METRICS: &[Metric] = &[$($(
            Metric {
                subject: $subject,
                name: $name,
                kind: $kind,
                unit: $unit,
                labels: &[$($label),*],
                help: $help,
            },
        )*)*];
    };
}

use Kind::{Counter, Gauge, Histogram};

metrics! {
    "Hops and sessions" {
        "majibu_hops_total" Counter, "hops", [SCREEN, listed("reply", &["con", "end"]), listed("outcome", &["answered", "repeated", "refused", "failed", "cut_off"])]:
            "Hops, by the screen that answered them. `repeated`: the same hop once more; `refused`: no Kenyan mobile, another code or phone, too often; `failed` and `cut_off`: something was away, the player got an END";
        "majibu_hop_ms" Histogram(HOP_MS), "ms", [SCREEN]:
            "How long a hop took";
        "majibu_hops_cut_off_total" Counter, "hops", []:
            "Hops that met `ussd.deadline`: the database or the session store hangs";
        "majibu_sessions_total" Counter, "sessions", [listed("gateway", &["africastalking", "advanta", "hubtel"]), listed("status", &["success", "incomplete", "failed", "other"])]:
            "Ends of sessions that gateways told of, once for each session";
        "majibu_sessions_given_up_total" Counter, "sessions", [SCREEN]:
            "Those that the service did not end, by their last screen";
        "majibu_session_hops" Histogram(SESSION_HOPS), "hops", []:
            "Hops of a session, as told";
        "majibu_session_ms" Histogram(SESSION_MS), "ms", []:
            "How long a session took, as told";
        "majibu_turned_away_total" Counter, "requests", [listed("why", &["not_found", "too_many_tries", "too_often"])]:
            "Calls of those who do not know the secret or come from an address that is not allowed, and calls above `http.rate_per_source`";
    }
    "Providers" {
        "majibu_provider_calls_total" Counter, "calls", [PROVIDER, ENDPOINT, listed("result", &["ok", "refused", "no_room", "error", "unreachable", "no_answer"])]:
            "Calls to providers. `refused`: an answer that says no; `no_room`: later may work; `error`: a 5xx, or nothing that can be understood; `unreachable`: certainly not sent; `no_answer`: sent, and nothing came back";
        "majibu_provider_call_ms" Histogram(CALL_MS), "ms", [PROVIDER, ENDPOINT]:
            "How long they took";
        "majibu_circuit_open" Gauge, "0 or 1", [CALLS]:
            "Whether calls of a kind to Daraja are not sent, since it does not answer. The same in every process of the fleet";
        "majibu_circuits_opened_total" Counter, "openings", [CALLS]:
            "How often a circuit opened in this process";
    }
    "Callbacks" {
        "majibu_callbacks_total" Counter, "callbacks", [CALLBACK, listed("outcome", &["stored", "refused"])]:
            "Callbacks that came in. `refused`: it could not be stored, and the provider heard 503";
        "majibu_callbacks_acted_total" Counter, "tries", [CALLBACK, listed("outcome", &["done", "again", "dead"])]:
            "Callbacks that were acted on. `again`: what it is about is not known yet, or it failed; `dead`: ten tries failed";
        "majibu_callback_lag_ms" Histogram(LAG_MS), "ms", [CALLBACK]:
            "From when a callback came in to when it was acted on";
    }
    "Money" {
        "majibu_transfers_total" Counter, "transfers", [REASON]:
            "Transfers that were booked, by reason";
        "majibu_moved_cents_total" Counter, "cents", [REASON]:
            "What they moved. `deposit` is what came in, `payout` what went out, `fee` what the house kept";
        "majibu_deposits_total" Counter, "deposits", [DEPOSIT]:
            "Deposits that came into a state. A deposit that failed can still become paid";
        "majibu_deposits_open" Gauge, "deposits", [OPEN_DEPOSIT]:
            "Deposits that wait for their push, or for its outcome";
        "majibu_deposits_oldest_seconds" Gauge, "seconds", [OPEN_DEPOSIT]:
            "Since when the oldest of them was asked for";
        "majibu_withdrawals_total" Counter, "withdrawals", [WITHDRAWAL]:
            "Withdrawals that came into a state; `unknown` counts each question about it";
        "majibu_withdrawals_open" Gauge, "withdrawals", [OPEN_WITHDRAWAL]:
            "Withdrawals whose outcome is not known";
        "majibu_withdrawals_oldest_seconds" Gauge, "seconds", [OPEN_WITHDRAWAL]:
            "Since when the oldest of them was asked for";
        "majibu_operator_waiting" Gauge, "rows", [FOR_OPERATOR]:
            "What waits for a person: payments in `suspense`, deposits and withdrawals that do not add up, callbacks whose ten tries failed, payouts that arrived after their money had gone back, cases of the fair play watch";
        "majibu_operator_oldest_seconds" Gauge, "seconds", [FOR_OPERATOR]:
            "Since when the oldest of them waits";
        "majibu_ledger_findings" Gauge, "findings", []:
            "What the last check of the whole ledger found (`jobs.ledger_check_every`); 0 is well, no value: it was never checked";
        "majibu_ledger_drift_cents" Gauge, "cents", []:
            "By how much all accounts together were off zero then";
        "majibu_mpesa_drift_cents" Gauge, "cents", []:
            "By how much M-Pesa held more than the ledger says, when it was last asked";
    }
    "Games" {
        "majibu_entries_total" Counter, "entries", [ENTRY]:
            "Entries that began (`playing`) and that ended";
        "majibu_entries_open" Gauge, "entries", [OPEN_ENTRY]:
            "Rounds under way, and finished entries that wait for an opponent";
        "majibu_entries_oldest_seconds" Gauge, "seconds", [OPEN_ENTRY]:
            "Since when the oldest of them was staked";
        "majibu_pairing_seconds" Histogram(PAIRING_SECONDS), "seconds", []:
            "How long a set waited for its second player, where one came";
    }
    "Jobs" {
        "majibu_jobs_total" Counter, "rows", [JOB]:
            "Rows worked off by this process";
        "majibu_job_ms" Histogram(CALL_MS), "ms", [JOB]:
            "How long one piece of work took: a row, or a batch of them";
        "majibu_job_failures_total" Counter, "failures", [JOB]:
            "Work that failed; it is due again when its lease ends";
        "majibu_jobs_leased" Gauge, "rows", [JOB]:
            "Rows that this process has claimed and not finished";
        "majibu_jobs_due" Gauge, "rows", [JOB]:
            "Rows that are due and nobody works on; not counted beyond 10,000";
        "majibu_jobs_oldest_seconds" Gauge, "seconds", [JOB]:
            "Since when the oldest of them is due";
        "majibu_chore_done_timestamp_seconds" Gauge, "seconds since 1970", [CHORE]:
            "When a chore last succeeded: asking for payments that nobody told of, the balance at M-Pesa, the check of the ledger, the look for play that is not fair";
    }
    "SMS" {
        "majibu_sms_total" Counter, "SMS", [listed("sender", &["first", "fallback"]), listed("outcome", &["sent", "held", "refused", "not_sent", "unsure", "fault"]), Label { name: "code", values: Values::Codes("the gateway's code (`101`, `403` and so on, `other` for one that nobody knows), `http_401`, `no_answer` and the like") }]:
            "Tries to send an SMS";
        "majibu_sms_pauses_total" Counter, "pauses", [listed("fault", &["key", "sender_id", "other", "credit", "busy", "away"])]:
            "Pauses of the first sender, by the fault that made it";
        "majibu_sms_paused" Gauge, "0 or 1", []:
            "Whether the first sender pauses";
        "majibu_outbox_waiting" Gauge, "SMS", [CLASS]:
            "What waits to be sent; not counted beyond 10,000";
        "majibu_outbox_oldest_seconds" Gauge, "seconds", [CLASS]:
            "Since when the oldest of it was written";
    }
    "Database and process" {
        "majibu_begin_ms" Histogram(BEGIN_MS), "ms", [listed("access", &["read", "write"])]:
            "How long a transaction waited to begin: for a connection, and for the database";
        "majibu_transactions_again_total" Counter, "transactions", []:
            "Transactions that were run again, since another one was in the way";
        "majibu_pool_connections" Gauge, "connections", [POOL, POOL_STATE]:
            "Connections to the database that this process has open";
        "majibu_pool_limit" Gauge, "connections", [POOL]:
            "How many it may have";
        "majibu_reachable" Gauge, "0 or 1", [PART]:
            "Whether the database and the session store answered when this was asked for";
        "majibu_figures_timestamp_seconds" Gauge, "seconds since 1970", []:
            "When the figures that stand in the database were last read. While they cannot be read they stay as they were";
        "majibu_build_info" Gauge, "always 1", [Label { name: "version", values: Values::Codes("the version of the binary") }]:
            "Which version runs";
    }
}

/// The tables of `docs/metrics.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::new();
    let mut subject = "";
    for metric in METRICS {
        if metric.subject != subject {
            subject = metric.subject;
            page += &format!(
                "\n### {subject}\n\n| metric | type | unit | labels | what it says |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let labels: Vec<String> = metric.labels.iter().map(Label::shown).collect();
        page += &format!(
            "| `{}` | {} | {} | {} | {} |\n",
            metric.name,
            metric.kind.word(),
            metric.unit,
            labels.join("; "),
            metric.help
        );
    }
    page
}

impl Label {
    fn shown(&self) -> String {
        let what = match (self.values, self.values.listed()) {
            (_, Some(values)) => {
                let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
                values.join(", ")
            }
            (Values::Codes(what), None) => what.to_owned(),
            (Values::Listed(_) | Values::Reasons | Values::Screens, None) => {
                "a screen ([screens.md](screens.md))".to_owned()
            }
        };
        format!("`{}`: {what}", self.name)
    }
}
