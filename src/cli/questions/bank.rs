//! The bank and its files: import, check, export.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{Failed, open, say};
use crate::{
    app::{CheckReport, Import, ImportError, ImportReport, MAX_CSV_BYTES, Remark},
    config::Config,
    core::bank::Imported,
    store::BankFilter,
};

pub(super) async fn import(
    config: &Config,
    file: &Path,
    dry_run: bool,
    json: bool,
) -> Result<(), Failed> {
    let csv = read(file, json)?;
    let app = open(config).await?;
    // Shows itself only where stderr is a terminal.
    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} rows");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or(ProgressStyle::default_bar()));
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let import = if dry_run {
        Import::Dry
    } else {
        Import::ForGood
    };
    let report = app.load_questions(&csv, import, &progress).await;
    bar.finish_and_clear();
    let report = report.map_err(|error| broken(error, file, json))?;
    if json {
        say(&import_as_json(&report, dry_run).to_string());
    } else {
        say_import(file, &report, dry_run);
    }
    // What fits is loaded; lines that do not fit are a report, not a failure.
    Ok(())
}

pub(super) async fn check(
    config: &Config,
    file: &Path,
    strict: bool,
    json: bool,
) -> Result<(), Failed> {
    let csv = read(file, json)?;
    let app = open(config).await?;
    let report = app
        .check_questions(&csv)
        .map_err(|error| broken(error, file, json))?;
    let uneven = report.spreads.iter().any(|spread| spread.is_uneven());
    let is_warned = uneven || !report.warnings.is_empty();
    if json {
        say(&check_as_json(&report).to_string());
    } else {
        say_check(file, &report);
    }
    if !report.refused.is_empty() || strict && is_warned {
        return Err(Failed::Finding(String::new()));
    }
    Ok(())
}

pub(super) async fn export(
    config: &Config,
    file: &Path,
    filter: &BankFilter,
) -> Result<(), Failed> {
    let app = open(config).await?;
    let csv = app.export_questions(filter).await?;
    if file == Path::new("-") {
        // A closed pipe is nobody's fault.
        let _ = io::stdout().write_all(&csv);
        return Ok(());
    }
    // Written beside and put in its place: a file that was there is replaced whole, or not at all.
    let mut beside: OsString = file.into();
    beside.push(".new");
    let written = fs::write(&beside, &csv).and_then(|()| fs::rename(&beside, file));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failed::Usage(format!("cannot write {}: {error}", file.display()))
    })
}

/// The bytes of a file, as far as it can be one.
fn read(file: &Path, json: bool) -> Result<Vec<u8>, Failed> {
    let unreadable = |error: io::Error| {
        let what = format!("cannot read {}: {error}", file.display());
        Failed::Usage(what)
    };
    let mut csv = Vec::new();
    // One byte more than is taken says that there is more.
    let reader = File::open(file).map_err(unreadable)?;
    let is_large = reader.metadata().map_err(unreadable)?.len() > MAX_CSV_BYTES;
    if !is_large {
        let mut reader = reader.take(MAX_CSV_BYTES + 1);
        reader.read_to_end(&mut csv).map_err(unreadable)?;
    }
    if is_large || csv.len() as u64 > MAX_CSV_BYTES {
        let megabytes = MAX_CSV_BYTES / (1_024 * 1_024);
        let what = format!("the file is larger than {megabytes} MiB; split it");
        return Err(broken(ImportError::Malformed(what), file, json));
    }
    Ok(csv)
}

/// A file that is broken as a whole.
fn broken(error: ImportError, file: &Path, json: bool) -> Failed {
    match error {
        ImportError::Malformed(what) => {
            if json {
                say(&json!({ "error": what }).to_string());
            }
            Failed::Finding(format!("{}: {what}", file.display()))
        }
        ImportError::App(error) => error.into(),
    }
}

fn change_name(change: Imported) -> &'static str {
    match change {
        Imported::Added => "new",
        Imported::Updated => "changed",
        Imported::Unchanged => "unchanged",
        Imported::Contradicts => "refused",
    }
}

fn say_import(file: &Path, report: &ImportReport, dry_run: bool) {
    let mut lines = remarks(&report.refused, &report.warnings);
    if dry_run {
        let changes = report.changes.iter();
        lines.extend(changes.map(|(line, change)| (*line, change_name(*change).to_owned())));
    }
    say_lines(file, lines);
    let ImportReport {
        added,
        updated,
        unchanged,
        converted,
        refused,
        ..
    } = report;
    let would = if dry_run { "nothing written: " } else { "" };
    let refused = refused.len();
    say(&format!(
        "{would}{added} added, {updated} updated, {unchanged} unchanged, {refused} refused \
        ({converted} with characters made plain)"
    ));
}

fn say_check(file: &Path, report: &CheckReport) {
    say_lines(file, remarks(&report.refused, &report.warnings));
    for spread in report.spreads.iter().filter(|spread| spread.is_uneven()) {
        let places: Vec<String> = spread.places.iter().map(ToString::to_string).collect();
        say(&format!(
            "{}: warning: {}: the right answers stand unevenly: {} at choices 1 to {}",
            file.display(),
            spread.category,
            places.join(", "),
            places.len()
        ));
    }
    let CheckReport {
        sound,
        converted,
        refused,
        ..
    } = report;
    let refused = refused.len();
    say(&format!(
        "{sound} would be loaded, 0 updated, 0 unchanged, {refused} refused \
        ({converted} with characters made plain)"
    ));
}

/// Refused rows and warnings by line, as they are printed.
fn remarks(refused: &[Remark], warnings: &[Remark]) -> Vec<(u64, String)> {
    let refused = refused.iter().map(|row| (row.line, row.what.clone()));
    let warnings = warnings.iter();
    let warnings = warnings.map(|row| (row.line, format!("warning: {}", row.what)));
    refused.chain(warnings).collect()
}

fn say_lines(file: &Path, mut lines: Vec<(u64, String)>) {
    lines.sort_by_key(|(line, _)| *line);
    for (line, what) in lines {
        say(&format!("{}:{line}: {what}", file.display()));
    }
}

fn as_json(remarks: &[Remark], name: &str) -> Vec<Value> {
    let remarks = remarks.iter();
    remarks
        .map(|remark| json!({ "line": remark.line, name: remark.what }))
        .collect()
}

fn import_as_json(report: &ImportReport, dry_run: bool) -> Value {
    let mut object = json!({
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "converted": report.converted,
        "refused": as_json(&report.refused, "why"),
        "warnings": as_json(&report.warnings, "what"),
    });
    if dry_run && let Some(object) = object.as_object_mut() {
        let changes: Vec<Value> = report
            .changes
            .iter()
            .map(|(line, change)| json!({ "line": line, "change": change_name(*change) }))
            .collect();
        object.insert("dry_run".into(), true.into());
        object.insert("changes".into(), changes.into());
    }
    object
}

fn check_as_json(report: &CheckReport) -> Value {
    let spreads: Vec<Value> = report
        .spreads
        .iter()
        .map(|spread| {
            json!({
                "category": spread.category,
                "places": spread.places,
                "uneven": spread.is_uneven(),
            })
        })
        .collect();
    json!({
        "added": report.sound,
        "updated": 0,
        "unchanged": 0,
        "converted": report.converted,
        "refused": as_json(&report.refused, "why"),
        "warnings": as_json(&report.warnings, "what"),
        "answers": spreads,
    })
}
