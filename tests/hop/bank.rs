//! The bank as a file: what is exported imports again to the same bank, whatever the questions say.

use majibu::{
    app::App,
    config::Config,
    core::{bank::Known, ids::QuestionId, time::Timestamp},
    service::{Migration, World, assemble},
    store::BankFilter,
};
use proptest::{prelude::*, test_runner::TestRunner};
use rand::{SeedableRng, rngs::StdRng};
use tempfile::TempDir;

/// An app on a database of its own.
async fn fresh() -> (App, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let mut config = Config::default();
    let url = format!("sqlite://{}", folder.path().join("majibu.db").display());
    config.database.url = url.into();
    let app = assemble(&config, &World::default(), Migration::Run).await;
    (app.expect("an app"), folder)
}

/// What a bank holds, without what is its own: ids and versions.
async fn bank(app: &App) -> Vec<Known> {
    let mut tx = app.store().read().await.expect("read");
    let bank = tx.bank(&BankFilter::default()).await.expect("a bank");
    let id = QuestionId::new(Timestamp::from_ms(1), &mut StdRng::seed_from_u64(1));
    let alike = |known: Known| Known {
        id,
        version: 1,
        ..known
    };
    bank.into_iter().map(alike).collect()
}

/// A field of a CSV file, with all that makes reading one hard.
fn field() -> impl Strategy<Value = String> {
    "[a-cA-C0-9 ,;\"'\\\\rn\r\n“”’à?!-]{1,24}"
}

/// A row of a file: key, language, category, question, choices, answer, source.
fn row() -> impl Strategy<Value = Vec<String>> {
    let key = prop::sample::select(vec!["", "k1", "k2", "k3", " k \"4\" "]);
    let locale = prop::sample::select(vec!["en", "sw", ""]);
    let category = prop::sample::select(vec!["Kenya", "BIBLE", "Music and film"]);
    let choices = prop::collection::vec(field(), 4);
    let source = prop::option::of(field());
    let rest = (field(), choices, 1..=4_u8, source, any::<bool>());
    (key, locale, category, rest).prop_map(
        |(key, locale, category, (question, choices, answer, source, has_four))| {
            let mut row: Vec<String> = [key, locale, category].map(Into::into).to_vec();
            row.push(question);
            row.extend(choices);
            if !has_four {
                row[7].clear();
            }
            row.extend([answer.to_string(), source.unwrap_or_default()]);
            row
        },
    )
}

fn as_csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = "key,lang,category,question,choice1,choice2,choice3,choice4,answer,source";
    writer.write_record(header.split(',')).expect("a header");
    for row in rows {
        writer.write_record(row).expect("a row");
    }
    writer.into_inner().expect("bytes")
}

#[test]
fn what_is_exported_imports_again_to_the_same_bank() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let imports = prop::collection::vec(prop::collection::vec(row(), 1..20), 1..4);
    let done = runner.run(&imports, |imports| {
        runtime.block_on(async {
            let (first, _folder) = fresh().await;
            for rows in &imports {
                first
                    .import_questions(&as_csv(rows))
                    .await
                    .expect("sound CSV");
            }
            let all = BankFilter::default();
            let exported = first.export_questions(&all).await.expect("exported");
            let (second, _folder) = fresh().await;
            let report = second.import_questions(&exported).await.expect("sound CSV");
            prop_assert_eq!(report.refused, []);
            prop_assert_eq!(report.converted, 0);
            prop_assert_eq!(bank(&second).await, bank(&first).await);
            prop_assert_eq!(
                second.export_questions(&all).await.expect("exported"),
                exported.clone()
            );
            // And where it came from, it changes nothing.
            let report = first.import_questions(&exported).await.expect("sound CSV");
            prop_assert_eq!((report.added, report.updated), (0, 0));
            Ok(())
        })
    });
    done.expect("the round trip");
}
