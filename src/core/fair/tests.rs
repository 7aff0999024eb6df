//! The rules of the watch: what is flagged, and what ordinary play looks like.

#[cfg(test)]
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use super::*;

fn players(count: usize) -> Vec<PlayerId> {
    let mut rng = StdRng::seed_from_u64(5);
    let make = |_| PlayerId::new(Timestamp::from_ms(1), &mut rng);
    let mut players: Vec<_> = (0..count).map(make).collect();
    players.sort();
    players
}

fn pair(met: i64, won_a: i64, won_b: i64, shillings: i64) -> Pair {
    let players = players(2);
    Pair {
        a: players[0],
        b: players[1],
        met,
        won_a,
        won_b,
        gain_a: Cents::new(shillings * 100),
    }
}

#[test]
fn days_begin_at_midnight_in_nairobi() {
    // 2026-11-22, 23:59:59.999 and midnight.
    let midnight = 1_795_381_200_000;
    let [before, after] = [midnight - 1, midnight].map(Timestamp::from_ms);
    assert_eq!(before.to_string(), "2026-11-22 23:59:59");
    assert_eq!(FairRules::day(after), FairRules::day(before) + 1);
    let rules = FairRules::default();
    assert_eq!(rules.first_day(after), FairRules::day(after) - 27);
}

#[test]
fn two_who_always_meet_in_a_crowd_are_flagged_and_two_alone_are_not() {
    let rules = FairRules::default();
    let crowd = [Company {
        games_a: 6,
        games_b: 6,
        matches: 300,
    }];
    assert_eq!(expected_milli(&crowd), 60);
    let case = meet_often(&pair(6, 3, 3, 0), expected_milli(&crowd), &rules).unwrap();
    assert_eq!((case.kind, case.score), (Kind::MeetOften, 120));
    assert!(case.summary.contains("met 6 times") && case.summary.contains("0.0 times"));
    // At night there is nobody else: chance brings them together every time.
    let alone = [Company {
        games_a: 6,
        games_b: 6,
        matches: 6,
    }];
    assert_eq!(expected_milli(&alone), 6_000);
    assert_eq!(meet_often(&pair(6, 3, 3, 0), 6_000, &rules), None);
    assert_eq!(
        meet_often(&pair(4, 2, 2, 0), 0, &rules),
        None,
        "too few to tell"
    );
}

#[test]
fn one_who_loses_again_and_again_is_flagged_whoever_is_named_first() {
    let rules = FairRules::default();
    for (pair, gainer) in [(pair(10, 9, 1, 1_500), 0), (pair(10, 1, 9, -1_500), 1)] {
        let case = one_sided(&pair, &rules).unwrap();
        assert_eq!(case.players[0], players(2)[gainer]);
        assert_eq!(case.score, 150);
        assert!(
            case.summary.contains("won 9 of 10 matches, and KES 1,500"),
            "{}",
            case.summary
        );
    }
    assert_eq!(one_sided(&pair(10, 5, 5, 1_500), &rules), None, "both win");
    assert_eq!(one_sided(&pair(10, 9, 1, 900), &rules), None, "small money");
    assert_eq!(
        one_sided(&pair(20, 2, 0, 1_500), &rules),
        None,
        "most are drawn"
    );
}

#[test]
fn money_that_goes_in_here_and_out_there_is_flagged() {
    let rules = FairRules::default();
    let lost = pair(10, 9, 1, 3_000);
    let purses = |taker_in: i64, taker_out: i64, giver_in: i64| {
        move |player: PlayerId| {
            let shillings = |amount: i64| Cents::new(amount * 100);
            if player == lost.a {
                Purse {
                    deposited: shillings(taker_in),
                    withdrawn: shillings(taker_out),
                }
            } else {
                Purse {
                    deposited: shillings(giver_in),
                    withdrawn: Cents::ZERO,
                }
            }
        }
    };
    let case = passed_on(&lost, purses(100, 2_500, 4_000), &rules).unwrap();
    assert_eq!((case.players[0], case.score), (lost.a, 250));
    for (purse, why) in [
        (purses(100, 0, 4_000), "nothing is taken out"),
        (purses(2_600, 2_500, 4_000), "the own money is taken out"),
        (
            purses(100, 2_500, 40_000),
            "a small part of what was deposited",
        ),
    ] {
        assert_eq!(passed_on(&lost, purse, &rules), None, "{why}");
    }
}

#[test]
fn a_phone_that_pays_for_several_is_flagged_the_more_if_they_meet() {
    let rules = FairRules::default();
    let shared = |accounts: usize, is_certain, met| Shared {
        payer: "mark".into(),
        is_certain,
        accounts: players(accounts)
            .into_iter()
            .map(|player| (player, 2))
            .collect(),
        met,
    };
    assert_eq!(shared_payer(&shared(1, true, 0), &rules), None);
    let score = |shared| shared_payer(&shared, &rules).unwrap().score;
    assert_eq!(score(shared(2, true, 0)), 100);
    assert_eq!(score(shared(2, true, 3)), 200);
    assert_eq!(score(shared(2, false, 0)), 50, "masked numbers weigh less");
    let case = shared_payer(&shared(3, false, 0), &rules).unwrap();
    assert!(
        case.summary.contains("may be several people"),
        "{}",
        case.summary
    );
}

fn pace(times: &[i64], fast: i64, fast_right: i64) -> Pace {
    Pace {
        player: players(1)[0],
        answers: i64::try_from(times.len()).unwrap(),
        fast,
        fast_right,
        total_ms: times.iter().sum(),
        total_square: times.iter().map(|ms| ms * ms).sum(),
    }
}

#[test]
fn right_answers_that_nobody_can_have_read_are_flagged_and_guesses_are_not() {
    let rules = FairRules::default();
    assert_eq!(rules.fastest_ms(), 1_400);
    let times = [1_000; 30];
    assert_eq!(
        fast_answers(&pace(&times, 30, 25), &rules).unwrap().score,
        250
    );
    assert_eq!(
        fast_answers(&pace(&times, 60, 25), &rules),
        None,
        "hardly better than chance"
    );
    assert_eq!(
        fast_answers(&pace(&times, 9, 9), &rules),
        None,
        "too few to tell"
    );
}

#[test]
fn answers_like_clockwork_are_flagged() {
    let rules = FairRules::default();
    let clockwork: Vec<i64> = (0..60).map(|n| 3_000 + n % 3 * 20).collect();
    assert_eq!(
        even_answers(&pace(&clockwork, 0, 0), &rules).unwrap().kind,
        Kind::EvenAnswers
    );
    let mut rng = StdRng::seed_from_u64(8);
    let person: Vec<i64> = (0..60).map(|_| rng.random_range(2_000..7_000)).collect();
    assert_eq!(even_answers(&pace(&person, 0, 0), &rules), None);
    assert_eq!(
        even_answers(&pace(&clockwork[..49], 0, 0), &rules),
        None,
        "too few to tell"
    );
}

#[test]
fn a_dismissed_case_comes_back_when_there_is_twice_as_much_to_it() {
    assert!(!reopens(150, 299));
    assert!(reopens(150, 300));
}

/// Pairs everybody at random, day after day, as a busy house does.
fn play_at_random(players: usize, rounds: usize, rng: &mut impl Rng) -> Vec<(usize, usize)> {
    let mut matches = Vec::new();
    for _ in 0..rounds {
        let mut seats: Vec<usize> = (0..players).collect();
        rand::seq::SliceRandom::shuffle(seats.as_mut_slice(), rng);
        matches.extend(
            seats
                .chunks_exact(2)
                .map(|seats| (seats[0].min(seats[1]), seats[0].max(seats[1]))),
        );
    }
    matches
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Where chance alone brings players together, hardly a pair is flagged.
    #[test]
    fn chance_is_not_flagged(seed: u64, half in 5..30_usize, rounds in 1..60_usize) {
        let mut rng = StdRng::seed_from_u64(seed);
        let count = half * 2;
        let matches = play_at_random(count, rounds, &mut rng);
        let rounds = i64::try_from(rounds).unwrap();
        let company = [Company {
            games_a: rounds,
            games_b: rounds,
            matches: i64::try_from(matches.len()).unwrap(),
        }];
        let expected = expected_milli(&company);
        let mut met = std::collections::BTreeMap::new();
        for pair in &matches {
            *met.entry(*pair).or_insert(0_i64) += 1;
        }
        let flagged = met.values().filter(|met| {
            meet_often(&pair(**met, 0, 0, 0), expected, &FairRules::default()).is_some()
        });
        prop_assert!(flagged.count() <= 4 + met.len() / 25, "{expected}");
    }

    /// No figures bring a rule down, and no case has no score.
    #[test]
    fn any_figures_are_judged(
        met: i64, won_a: i64, won_b: i64, gain: i64, deposited: i64, withdrawn: i64,
        answers: i64, total in 0..i64::MAX, square in 0..i64::MAX,
    ) {
        let rules = FairRules::default();
        let players = players(2);
        let pair = Pair { a: players[0], b: players[1], met, won_a, won_b, gain_a: Cents::new(gain) };
        let purse = |_| Purse { deposited: Cents::new(deposited), withdrawn: Cents::new(withdrawn) };
        let pace = Pace {
            player: players[0], answers, fast: met, fast_right: won_a, total_ms: total, total_square: square,
        };
        let company = [Company { games_a: met, games_b: won_a, matches: won_b }];
        let cases = [
            meet_often(&pair, expected_milli(&company).max(0), &rules), one_sided(&pair, &rules),
            passed_on(&pair, purse, &rules), fast_answers(&pace, &rules), even_answers(&pace, &rules),
        ];
        for case in cases.into_iter().flatten() {
            prop_assert!(case.score >= 100, "{case:?}");
        }
    }
}
