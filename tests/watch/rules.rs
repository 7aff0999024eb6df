//! The dashboard and the alarms in `ops/`: what they ask for exists, with these labels and values, and
//! every alarm leads to a section of the operations page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use majibu::telemetry::catalog::{Kind, METRICS, Metric};
use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, Expr, LabelModifier, VectorSelector},
};
use serde::Deserialize;
use serde_json::Value;

/// What Prometheus adds to every series, and the names of the processes in `prometheus.yml`.
const TARGET: [&str; 2] = ["job", "instance"];

/// What is not the service's own.
const OTHERS: [&str; 3] = [
    "up",
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
];

#[derive(Deserialize)]
struct Alarms {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    rules: Vec<Alarm>,
}

#[derive(Deserialize)]
struct Alarm {
    alert: String,
    expr: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Prometheus {
    rule_files: Vec<String>,
    scrape_configs: Vec<Scrape>,
}

#[derive(Deserialize)]
struct Scrape {
    job_name: String,
    static_configs: Vec<Targets>,
}

#[derive(Deserialize)]
struct Targets {
    targets: Vec<String>,
}

fn file(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is wrong with an expression, in words.
fn faults(expression: &str) -> Vec<String> {
    let plain = expression.replace("$__rate_interval", "5m");
    let mut faults = Vec::new();
    match parser::parse(&plain) {
        Ok(parsed) => {
            look(&parsed, &mut faults);
        }
        Err(error) => faults.push(format!("{plain}: {error}")),
    }
    faults
}

/// Goes through an expression; gives the labels that its series can have.
fn look(expression: &Expr, faults: &mut Vec<String>) -> BTreeSet<String> {
    match expression {
        Expr::VectorSelector(selector) => series(selector, faults),
        Expr::MatrixSelector(selector) => series(&selector.vs, faults),
        Expr::Paren(inner) => look(&inner.expr, faults),
        Expr::Unary(inner) => look(&inner.expr, faults),
        Expr::Subquery(inner) => look(&inner.expr, faults),
        Expr::Call(call) => {
            let args = call.args.args.iter();
            let labels: Vec<_> = args.map(|argument| look(argument, faults)).collect();
            let mut all: BTreeSet<String> = labels.into_iter().flatten().collect();
            if call.func.name == "histogram_quantile" && !all.remove("le") {
                faults.push("a quantile of something without buckets".into());
            }
            all
        }
        Expr::Binary(both) => {
            let mut labels = look(&both.lhs, faults);
            labels.extend(look(&both.rhs, faults));
            labels
        }
        Expr::Aggregate(aggregate) => {
            let inner = look(&aggregate.expr, faults);
            if let Some(parameter) = &aggregate.param {
                look(parameter, faults);
            }
            match &aggregate.modifier {
                Some(LabelModifier::Include(labels)) => {
                    for label in &labels.labels {
                        if !inner.contains(label) {
                            faults.push(format!("grouped by {label}, which it does not have"));
                        }
                    }
                    labels.labels.iter().cloned().collect()
                }
                Some(LabelModifier::Exclude(_)) => {
                    faults.push("grouped without labels: name those that stay".into());
                    inner
                }
                // topk and its like keep the labels, sums do not.
                None if aggregate.param.is_some() => inner,
                None => BTreeSet::new(),
            }
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => BTreeSet::new(),
        Expr::Extension(_) => panic!("an extension"),
    }
}

/// The labels of the series that a selector selects, held against the metrics that there are.
fn series(selector: &VectorSelector, faults: &mut Vec<String>) -> BTreeSet<String> {
    let name = selector.name.as_deref().unwrap_or_default();
    let mut labels: BTreeSet<String> = TARGET.iter().map(|label| (*label).to_owned()).collect();
    if OTHERS.contains(&name) {
        return labels;
    }
    let Some((metric, part)) = metric(name) else {
        faults.push(format!("there is no {name}"));
        return labels;
    };
    labels.extend(metric.labels.iter().map(|label| label.name.to_owned()));
    if part == "_bucket" {
        labels.insert("le".into());
    }
    for matcher in &selector.matchers.matchers {
        if !labels.contains(&matcher.name) {
            faults.push(format!("{name} has no label {}", matcher.name));
            continue;
        }
        let label = metric
            .labels
            .iter()
            .find(|label| label.name == matcher.name);
        let listed = label.and_then(|label| label.values.listed());
        for value in wanted(matcher) {
            if listed
                .as_ref()
                .is_some_and(|listed| !listed.contains(&value.as_str()))
            {
                faults.push(format!("{name}: {} is never {value}", matcher.name));
            }
        }
    }
    labels
}

/// The values that a matcher names; alternatives of a plain pattern one by one.
fn wanted(matcher: &Matcher) -> Vec<String> {
    match matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.clone()],
        MatchOp::Re(_) | MatchOp::NotRe(_) => matcher.value.split('|').map(str::to_owned).collect(),
    }
}

/// The metric of a series' name, and what a histogram adds to its own.
fn metric(name: &str) -> Option<(&'static Metric, &str)> {
    let parts = ["", "_bucket", "_sum", "_count"];
    parts.into_iter().find_map(|part| {
        let family = name.strip_suffix(part)?;
        let metric = METRICS.iter().find(|metric| metric.name == family)?;
        let is_histogram = matches!(metric.kind, Kind::Histogram(_));
        (part.is_empty() != is_histogram).then_some((metric, part))
    })
}

/// The places of a page that a link can lead to, as GitHub names them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with("##"));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_alarm_asks_for_what_there_is_and_says_what_to_do() {
    let alarms: Alarms = serde_saphyr::from_str(&file("ops/prometheus/alerts.yml")).expect("YAML");
    let anchors = anchors(&file("docs/operations.md"));
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for group in &alarms.groups {
        assert!(!group.rules.is_empty(), "{}", group.name);
        for alarm in &group.rules {
            let name = &alarm.alert;
            assert!(names.insert(name.clone()), "{name} stands twice");
            found.extend(
                faults(&alarm.expr)
                    .iter()
                    .map(|fault| format!("{name}: {fault}")),
            );
            let severity = alarm.labels.get("severity").map(String::as_str);
            if !matches!(severity, Some("page" | "ticket")) {
                found.push(format!("{name}: severity {severity:?}"));
            }
            let annotation = |key: &str| alarm.annotations.get(key).cloned().unwrap_or_default();
            if annotation("summary").is_empty() {
                found.push(format!("{name}: no summary"));
            }
            let runbook = annotation("runbook");
            let anchor = runbook.strip_prefix("docs/operations.md#");
            if !anchor.is_some_and(|anchor| anchors.contains(anchor)) {
                found.push(format!("{name}: no such section: {runbook}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(names.len() > 20, "{names:?}");
}

#[test]
fn every_panel_has_a_title_and_a_unit_and_asks_for_what_there_is() {
    let dashboard: Value = serde_json::from_str(&file("ops/grafana/majibu.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap_or_default();
        if title.is_empty() || !ids.insert(panel["id"].as_i64()) {
            found.push(format!(
                "no title, or an id that stands twice: {}",
                panel["id"]
            ));
        }
        if panel["type"] == "row" {
            continue;
        }
        if panel["fieldConfig"]["defaults"]["unit"]
            .as_str()
            .is_none_or(str::is_empty)
        {
            found.push(format!("{title}: no unit"));
        }
        if panel["description"].as_str().is_none_or(str::is_empty) {
            found.push(format!("{title}: no description"));
        }
        let targets = panel["targets"].as_array().expect("targets");
        for target in targets {
            let expression = target["expr"].as_str().unwrap_or_default();
            found.extend(
                faults(expression)
                    .iter()
                    .map(|fault| format!("{title}: {fault}")),
            );
            let legend = target["legendFormat"].as_str().unwrap_or_default();
            if legend.is_empty() {
                found.push(format!("{title}: no legend"));
            }
            let names = METRICS.iter().map(|metric| metric.name);
            used.extend(names.filter(|name| expression.contains(name)));
        }
        assert!(!targets.is_empty(), "{title}");
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    // What nobody looks at need not be counted; these show in other panels or in alarms.
    let elsewhere = [
        "majibu_hops_cut_off_total",
        "majibu_session_hops",
        "majibu_session_ms",
        "majibu_transfers_total",
        "majibu_sms_pauses_total",
        "majibu_reachable",
    ];
    let unseen = METRICS.iter().map(|metric| metric.name);
    let unseen: Vec<&str> = unseen
        .filter(|name| !used.contains(name) && !elsewhere.contains(name))
        .collect();
    assert_eq!(unseen, [""; 0], "on no panel");
}

#[test]
fn prometheus_reads_the_alarms_and_every_process() {
    let prometheus = file("ops/prometheus/prometheus.yml");
    let prometheus: Prometheus = serde_saphyr::from_str(&prometheus).expect("YAML");
    assert_eq!(prometheus.rule_files, ["alerts.yml"]);
    let jobs = prometheus.scrape_configs.iter();
    let compose = file("docker-compose.yml");
    let mut names = Vec::new();
    for job in jobs {
        names.push(job.job_name.as_str());
        let targets = job.static_configs.iter().flat_map(|it| &it.targets);
        for target in targets {
            let (host, port) = target.split_once(':').expect("host and port");
            assert_eq!(port, "8080", "{target}");
            assert!(compose.contains(&format!("\n  {host}:\n")), "{target}");
        }
    }
    assert_eq!(names, ["majibu-serve", "majibu-work"]);
}

/// The check above is no good if it lets things pass.
#[test]
fn expressions_that_ask_for_nothing_are_found() {
    for (expression, fault) in [
        ("majibu_hop_total", "there is no majibu_hop_total"),
        ("majibu_hop_ms", "there is no majibu_hop_ms"),
        (
            "majibu_hops_total_bucket",
            "there is no majibu_hops_total_bucket",
        ),
        ("majibu_hops_total{colour=\"red\"}", "has no label colour"),
        (
            "majibu_hops_total{outcome=~\"failed|lost\"}",
            "is never lost",
        ),
        (
            "sum by (kind) (rate(majibu_hops_total[5m]))",
            "grouped by kind",
        ),
        (
            "histogram_quantile(0.9, sum by (screen) (rate(majibu_hop_ms_bucket[5m])))",
            "without buckets",
        ),
        ("sum(rate(majibu_hops_total[5m])", "sum(rate"),
    ] {
        let found = faults(expression);
        assert!(
            found.iter().any(|it| it.contains(fault)),
            "{expression}: {found:?}"
        );
    }
    assert_eq!(
        faults("topk(3, sum by (screen) (rate(majibu_hops_total[5m])))"),
        [""; 0]
    );
}
