//! The bank of questions: imported once, in several languages that agree, offered by category.

use majibu::{
    core::ids::{QuestionId, SetId},
    store::{BankFilter, Imported, NewQuestion, Tx},
};

use crate::{
    bench::{Bench, at_once},
    given::{CATEGORY, NOW, at, is_corrupt, question},
};

on_each_engine!(
    an_import_again_changes_nothing,
    a_changed_row_brings_the_question_up_to_date,
    a_set_keeps_the_words_and_the_answer_that_it_was_opened_with,
    the_bank_is_listed_by_category_language_and_standing,
    languages_of_a_question_must_agree,
    one_question_is_imported_by_many_at_once,
    a_question_is_shown_in_the_language_it_has,
    a_category_needs_enough_questions,
    candidates_are_the_active_questions_of_the_category,
);

async fn import(bench: &Bench, tx: &mut Tx, row: &NewQuestion) -> Imported {
    let id = bench.random(|rng| QuestionId::new(NOW, rng));
    tx.import_question(id, row, NOW).await.expect("imported")
}

async fn an_import_again_changes_nothing(bench: &Bench) {
    let mut tx = bench.write().await;
    let english = question("key:1", CATEGORY, "en");
    let swahili = question("key:1", CATEGORY, "sw");
    for row in [&english, &swahili] {
        assert_eq!(
            import(bench, &mut tx, row).await,
            Imported::Added,
            "{}",
            row.locale
        );
    }
    for row in [&english, &swahili] {
        assert_eq!(
            import(bench, &mut tx, row).await,
            Imported::Unchanged,
            "{}",
            row.locale
        );
    }
    let shouted = NewQuestion {
        category: CATEGORY.to_uppercase(),
        ..english
    };
    assert_eq!(import(bench, &mut tx, &shouted).await, Imported::Unchanged);
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from question").await, 1);
    assert_eq!(bench.number("select count(*) from question_text").await, 2);
    let mut tx = bench.read().await;
    assert_eq!(
        tx.categories(1).await.expect("read"),
        [CATEGORY],
        "as it was named first"
    );
}

async fn a_changed_row_brings_the_question_up_to_date(bench: &Bench) {
    let mut tx = bench.write().await;
    let id = bench.random(|rng| QuestionId::new(NOW, rng));
    let first = question("key:1", CATEGORY, "en");
    tx.import_question(id, &first, NOW).await.expect("imported");
    let reworded = NewQuestion {
        question: "Who else?".into(),
        ..first
    };
    assert_eq!(import(bench, &mut tx, &reworded).await, Imported::Updated);
    let three = ["x", "y", "z"].map(Into::into).to_vec();
    let changed = NewQuestion {
        choices: three,
        answer: 3,
        category: "Bible".into(),
        ..reworded
    };
    assert_eq!(import(bench, &mut tx, &changed).await, Imported::Updated);
    assert_eq!(import(bench, &mut tx, &changed).await, Imported::Unchanged);
    tx.commit().await.expect("committed");
    let player = bench.player(1).await;
    let set = bench.set(player, vec![id], NOW).await;
    let mut tx = bench.read().await;
    let text = tx.question_of_set(set, 1, "en").await.expect("a question");
    assert_eq!((text.id, text.answer), (id, 3));
    assert_eq!(
        (text.question.as_str(), &text.choices),
        ("Who else?", &changed.choices)
    );
}

async fn a_set_keeps_the_words_and_the_answer_that_it_was_opened_with(bench: &Bench) {
    let mut tx = bench.write().await;
    let id = bench.random(|rng| QuestionId::new(NOW, rng));
    let first = question("key:1", CATEGORY, "en");
    tx.import_question(id, &first, NOW).await.expect("imported");
    tx.commit().await.expect("committed");
    let player = bench.player(1).await;
    let before = bench.set(player, vec![id], NOW).await;
    let mut tx = bench.write().await;
    let changed = NewQuestion {
        question: "Who else?".into(),
        choices: ["x", "y", "z"].map(Into::into).to_vec(),
        answer: 3,
        source: Some("An almanac".into()),
        ..first.clone()
    };
    assert_eq!(import(bench, &mut tx, &changed).await, Imported::Updated);
    // Another language of it is there at once, but not in the version of the open set.
    let swahili = NewQuestion {
        locale: "sw".into(),
        question: "Nani?".into(),
        ..changed.clone()
    };
    assert_eq!(import(bench, &mut tx, &swahili).await, Imported::Added);
    tx.commit().await.expect("committed");
    let after = bench.set(player, vec![id], NOW).await;
    let mut tx = bench.read().await;
    let old = tx.question_of_set(before, 1, "sw").await.expect("text");
    assert_eq!((old.question, old.choices), (first.question, first.choices));
    assert_eq!((old.id, old.answer), (id, first.answer));
    let new = tx.question_of_set(after, 1, "sw").await.expect("text");
    assert_eq!((new.question.as_str(), new.answer), ("Nani?", 3));
    let bank = tx.bank(&BankFilter::default()).await.expect("a bank");
    assert_eq!((bank.len(), bank[0].version), (1, 2));
    assert_eq!(bank[0].source.as_deref(), Some("An almanac"));
    assert_eq!(bank[0].texts["en"].question, "Who else?");
}

async fn the_bank_is_listed_by_category_language_and_standing(bench: &Bench) {
    bench.questions("Bible", 2).await;
    let kenya = bench.questions("Kenya", 2).await;
    let mut tx = bench.write().await;
    let swahili = question(&kenya[0].to_string(), "Kenya", "sw");
    import(bench, &mut tx, &swahili).await;
    tx.commit().await.expect("committed");
    let withdraw = format!(
        "update question set state = 'withdrawn' where id = '{}'",
        kenya[1]
    );
    bench.raw(&withdraw).await.expect("withdrawn");
    let mut tx = bench.read().await;
    for (category, locale, withdrawn, questions, texts) in [
        (None, None, false, 3, 4),
        (Some("KENYA"), None, false, 1, 2),
        (None, Some("SW"), false, 1, 1),
        (Some("Bible"), Some("sw"), false, 0, 0),
        (None, None, true, 1, 1),
    ] {
        let filter = BankFilter {
            category: category.map(Into::into),
            locale: locale.map(Into::into),
            withdrawn,
        };
        let bank = tx.bank(&filter).await.expect("a bank");
        let found: usize = bank.iter().map(|known| known.texts.len()).sum();
        assert_eq!((bank.len(), found), (questions, texts), "{filter:?}");
    }
}

async fn languages_of_a_question_must_agree(bench: &Bench) {
    let mut tx = bench.write().await;
    let english = question("key:1", CATEGORY, "en");
    import(bench, &mut tx, &english).await;
    let swahili = question("key:1", CATEGORY, "sw");
    let other_answer = NewQuestion {
        answer: 1,
        ..swahili.clone()
    };
    let other_category = NewQuestion {
        category: "Bible".into(),
        ..swahili.clone()
    };
    let three = swahili.choices[..3].to_vec();
    let other_choices = NewQuestion {
        choices: three,
        ..swahili.clone()
    };
    for row in [other_answer, other_category, other_choices] {
        assert_eq!(
            import(bench, &mut tx, &row).await,
            Imported::Contradicts,
            "{row:?}"
        );
    }
    assert_eq!(import(bench, &mut tx, &swahili).await, Imported::Added);
    let now_english = NewQuestion {
        answer: 4,
        ..english.clone()
    };
    assert_eq!(
        import(bench, &mut tx, &now_english).await,
        Imported::Contradicts
    );
    assert_eq!(import(bench, &mut tx, &english).await, Imported::Unchanged);
}

async fn one_question_is_imported_by_many_at_once(bench: &Bench) {
    let imported = at_once(|_| {
        let id = bench.random(|rng| QuestionId::new(NOW, rng));
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            let row = question("key:1", CATEGORY, "en");
            let imported = tx.import_question(id, &row, NOW).await.expect("imported");
            tx.commit().await.expect("committed");
            imported
        }
    })
    .await;
    let added = imported.iter().filter(|one| **one == Imported::Added);
    assert_eq!(added.count(), 1, "{imported:?}");
    assert_eq!(bench.number("select count(*) from question").await, 1);
}

async fn a_question_is_shown_in_the_language_it_has(bench: &Bench) {
    let mut ids = Vec::new();
    let mut tx = bench.write().await;
    for (key, locales) in [
        ("1", ["sw", "en"]),
        ("2", ["en", "fr"]),
        ("3", ["sw", "fr"]),
    ] {
        let id = bench.random(|rng| QuestionId::new(NOW, rng));
        for locale in locales {
            let row = question(key, CATEGORY, locale);
            tx.import_question(id, &row, NOW).await.expect("imported");
        }
        ids.push(id);
    }
    tx.commit().await.expect("committed");
    let player = bench.player(1).await;
    let set = bench.set(player, ids.clone(), NOW).await;
    let mut tx = bench.read().await;
    for (position, wanted, expected) in [
        (1, "sw", "1 in sw?"),
        (1, "en", "1 in en?"),
        (2, "sw", "2 in en?"),
        (3, "sw", "3 in sw?"),
        (3, "en", "3 in fr?"),
    ] {
        let shown = tx
            .question_of_set(set, position, wanted)
            .await
            .expect("a question");
        assert_eq!(
            shown.question, expected,
            "place {position}, wanted in {wanted}"
        );
        let place = usize::try_from(position - 1).expect("a place");
        assert_eq!(
            (shown.id, shown.answer, shown.choices.len()),
            (ids[place], 2, 4)
        );
    }
    assert!(is_corrupt(&tx.question_of_set(set, 4, "en").await));
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    assert!(is_corrupt(&tx.question_of_set(nowhere, 1, "en").await));
}

async fn a_category_needs_enough_questions(bench: &Bench) {
    bench.questions("Music", 5).await;
    bench.questions("Bible", 6).await;
    bench.questions("Kenya", 4).await;
    let mut tx = bench.read().await;
    assert_eq!(tx.categories(5).await.expect("read"), ["Bible", "Music"]);
    assert_eq!(
        tx.categories(4).await.expect("read"),
        ["Bible", "Kenya", "Music"]
    );
    assert_eq!(tx.categories(7).await.expect("read"), [""; 0]);
    drop(tx);
    bench
        .raw("update question set state = 'withdrawn'")
        .await
        .expect("withdrawn");
    let mut tx = bench.read().await;
    assert_eq!(tx.categories(1).await.expect("read"), [""; 0]);
}

async fn candidates_are_the_active_questions_of_the_category(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    bench.questions("Bible", 2).await;
    let questions = bench.questions(CATEGORY, 3).await;
    let set = bench.set(ann, questions[1..].to_vec(), NOW).await;
    let mut tx = bench.write().await;
    tx.mark_seen(ann, set, NOW).await.expect("seen");
    tx.mark_seen(ann, set, at(5)).await.expect("seen again");
    tx.mark_seen(ben, set, at(9)).await.expect("seen");
    tx.commit().await.expect("committed");
    let withdraw = format!(
        "update question set state = 'withdrawn' where id = '{}'",
        questions[2]
    );
    bench.raw(&withdraw).await.expect("withdrawn");
    let mut tx = bench.read().await;
    let candidates = tx.candidates("FOOTBALL", ann).await.expect("read");
    let mut seen: Vec<_> = candidates
        .iter()
        .map(|one| (one.question, one.seen_at))
        .collect();
    seen.sort_by_key(|(_, seen_at)| *seen_at);
    assert_eq!(seen, [(questions[0], None), (questions[1], Some(at(5)))]);
}
