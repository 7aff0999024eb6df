//! The longest questions, for a menu that has to have room for them.

use majibu::{core::ids::QuestionId, store::NewQuestion};

use crate::{
    bench::Bench,
    given::{CATEGORY, NOW, question},
};

on_each_engine!(the_longest_texts_come_first);

async fn the_longest_texts_come_first(bench: &Bench) {
    let mut tx = bench.write().await;
    for (key, text, locale) in [
        ("key:1", "Who?", "en"),
        ("key:2", "Who of all of them, and why?", "en"),
        ("key:2", "Nani kati yao wote, na kwa sababu gani?", "sw"),
    ] {
        let row = NewQuestion {
            question: text.into(),
            ..question(key, CATEGORY, locale)
        };
        let id = bench.random(|rng| QuestionId::new(NOW, rng));
        tx.import_question(id, &row, NOW).await.expect("imported");
    }
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let longest = tx.longest_questions(2).await.expect("read");
    let found: Vec<(&str, usize)> = longest
        .iter()
        .map(|long| (long.question.as_str(), long.choices.len()))
        .collect();
    let choices = question("key:1", CATEGORY, "en").choices.len();
    assert_eq!(
        found,
        [
            ("Nani kati yao wote, na kwa sababu gani?", choices),
            ("Who of all of them, and why?", choices),
        ]
    );
    assert_eq!(longest[0].id, longest[1].id);
    assert_eq!((&*longest[0].locale, &*longest[1].locale), ("sw", "en"));
}
