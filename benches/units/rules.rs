//! The rules of the game: score, settlement, seats, the clock.

use divan::{Bencher, black_box};
use majibu::core::{
    game::{
        clock::{RoundClock, Spent, Verdict},
        score::{Decision, Score, decide},
        seat::{Candidate, pick_questions, shuffle_choices},
        settle::{Played, Settlement, settle_match},
    },
    ids::{EntryId, PlayerId, QuestionId},
    money::Cents,
    msisdn::Msisdn,
    rules::Rules,
    time::Timestamp,
};
use rand::{SeedableRng, rngs::StdRng};

const NOW: Timestamp = Timestamp::from_ms(1_795_323_600_000);

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn played(rng: &mut StdRng, correct: u8) -> Played {
    Played {
        entry: EntryId::new(NOW, rng),
        player: PlayerId::new(NOW, rng),
        score: Score {
            correct,
            answered: 5,
            answering_ms: 12_345,
        },
    }
}

#[divan::bench]
fn score(bencher: Bencher) {
    let (first, second) = (played(&mut rng(), 4).score, played(&mut rng(), 3).score);
    bencher.bench(|| -> Decision { decide(black_box(first), black_box(second)) });
}

#[divan::bench]
fn settle(bencher: Bencher) {
    let rules = Rules::default();
    let mut rng = rng();
    let (first, second) = (played(&mut rng, 4), played(&mut rng, 3));
    bencher.bench(|| -> Settlement {
        settle_match(first, second, black_box(Cents::new(5_000)), &rules).expect("settled")
    });
}

#[divan::bench(args = [75, 1_000])]
fn pick_a_set(bencher: Bencher, candidates: usize) {
    let mut rng = rng();
    let candidates: Vec<Candidate> = (0..candidates)
        .map(|place| Candidate {
            question: QuestionId::new(NOW, &mut rng),
            seen_at: (place % 2 == 0).then_some(NOW),
        })
        .collect();
    bencher
        .with_inputs(|| candidates.clone())
        .bench_local_values(|candidates| pick_questions(candidates, 5, &mut rng));
}

#[divan::bench]
fn order_of_choices(bencher: Bencher) {
    let mut rng = rng();
    bencher.bench_local(|| shuffle_choices(black_box(4), &mut rng));
}

#[divan::bench]
fn judge_an_answer(bencher: Bencher) {
    let clock = RoundClock::new(&Rules::default());
    let received = Timestamp::from_ms(NOW.ms() + 3_000);
    bencher.bench(|| -> Verdict { clock.judge(Spent::default(), NOW, black_box(received)) });
}

#[divan::bench]
fn read_a_number(bencher: Bencher) {
    // The first one loads the metadata of all countries.
    let _ = Msisdn::parse("+254712345678");
    bencher.bench(|| Msisdn::parse(black_box("+254712345678")).is_ok());
}
