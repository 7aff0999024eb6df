//! What `/metrics` shows, taken apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::binary::client;

/// Labels of one line, by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// One line with a value.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
}

/// Everything that one process shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exported {
    /// The kind of each metric, as Prometheus is told.
    pub(crate) kinds: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
}

impl Exported {
    /// Asks a process.
    pub(crate) async fn of(base: &str) -> Self {
        let answer = client().get(format!("{base}/metrics")).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        Self::read(&answer.text().await.expect("text"))
    }

    pub(crate) fn read(text: &str) -> Self {
        let mut exported = Self::default();
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("a name and a kind");
                exported.kinds.insert(name.into(), kind.into());
            } else if !line.starts_with('#') && !line.is_empty() {
                exported.samples.push(sample(line));
            }
        }
        exported
    }

    /// The names of all metrics of this service, without what a histogram adds to its own.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let names = self.samples.iter().map(|sample| self.family(&sample.name));
        names.filter(|name| name.starts_with("majibu_")).collect()
    }

    /// The metric that a line belongs to.
    pub(crate) fn family<'a>(&self, name: &'a str) -> &'a str {
        let parts = ["_bucket", "_sum", "_count"].into_iter();
        let mut families = parts.filter_map(|part| name.strip_suffix(part));
        let family = families.find(|name| self.kinds.get(*name).is_some_and(|k| k == "histogram"));
        family.unwrap_or(name)
    }

    /// The labels of all lines of a metric; `le` belongs to histograms as such.
    pub(crate) fn labels(&self, metric: &str) -> Vec<Labels> {
        let lines = self.samples.iter();
        let lines = lines.filter(|sample| self.family(&sample.name) == metric);
        lines
            .map(|sample| {
                let mut labels = sample.labels.clone();
                labels.remove("le");
                labels
            })
            .collect()
    }

    /// The sum over all lines of this name that have these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &&Sample| {
            let mut labels = labels.iter();
            sample.name == name
                && labels
                    .all(|(name, value)| sample.labels.get(*name).is_some_and(|it| it == value))
        };
        self.samples.iter().filter(has).map(|it| it.value).sum()
    }

    /// Whether there is such a line at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.samples.iter().any(|sample| sample.name == name)
    }
}

/// `name{label="value",...} 1.5`. No value of ours has a quote or a comma in it.
fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').expect("a value");
    let (name, labels) = match head.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect("the end of labels")),
        None => (head, ""),
    };
    let labels = labels.split(',').filter(|label| !label.is_empty());
    let labels = labels.map(|label| {
        let (name, value) = label.split_once('=').expect("a label");
        (name.to_owned(), value.trim_matches('"').to_owned())
    });
    Sample {
        name: name.into(),
        labels: labels.collect(),
        value: value.parse().expect("a number"),
    }
}
