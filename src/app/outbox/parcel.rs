//! Which texts go into one request: the same text to several numbers, each number once.

use std::collections::{HashMap, HashSet};

use crate::{core::sms::Route, store::OutboxRow};

/// The texts of one request.
pub(super) struct Parcel {
    /// By whom.
    pub(super) route: Route,
    /// One at least, all with the same body, and to different numbers.
    pub(super) rows: Vec<OutboxRow>,
}

impl Parcel {
    /// The text.
    pub(super) fn body(&self) -> &str {
        self.rows.first().map_or("", |row| row.body.as_str())
    }
}

/// Puts texts into as few requests as they fit, of `size` numbers at most; the second sender takes
/// one at a time. In the order in which they came, as far as that goes.
pub(super) fn parcels(
    rows: Vec<OutboxRow>,
    size: usize,
    route_of: impl Fn(&OutboxRow) -> Route,
) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    // The parcels of each text that have room, with the numbers in them.
    let mut open: HashMap<String, Vec<(usize, HashSet<String>)>> = HashMap::new();
    for row in rows {
        let route = route_of(&row);
        if route == Route::First {
            let number = row.msisdn.e164().to_owned();
            let same = open.entry(row.body.clone()).or_default();
            same.retain(|(_, numbers)| numbers.len() < size);
            let fits = same
                .iter_mut()
                .find(|(_, numbers)| !numbers.contains(&number));
            if let Some((at, numbers)) = fits {
                numbers.insert(number);
                if let Some(parcel) = parcels.get_mut(*at) {
                    parcel.rows.push(row);
                }
                continue;
            }
            same.push((parcels.len(), HashSet::from([number])));
        }
        parcels.push(Parcel {
            route,
            rows: vec![row],
        });
    }
    parcels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::{ids::SmsId, msisdn::Msisdn, sms::SmsClass, time::Timestamp};

    fn row(place: usize, number: u8, body: u8) -> OutboxRow {
        let mut rng = StdRng::seed_from_u64(u64::try_from(place).unwrap());
        OutboxRow {
            id: SmsId::new(Timestamp::from_ms(0), &mut rng),
            lease: 1,
            attempt: 1,
            msisdn: Msisdn::parse(&format!("07123456{number:02}")).unwrap(),
            class: SmsClass::Receipt,
            body: body.to_string(),
            refuses_promotions: false,
            trace: None,
        }
    }

    #[test]
    fn one_text_to_many_numbers_is_one_request() {
        let rows = (0..100).map(|at| row(usize::from(at), at, 1)).collect();
        let parcels = parcels(rows, 100, |_| Route::First);
        assert_eq!(parcels.len(), 1);
        assert_eq!(parcels[0].rows.len(), 100);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_number_stands_twice_in_a_request(
            given in prop::collection::vec((0_u8..5, 0_u8..3, any::<bool>()), 0..60),
            size in 1_usize..7,
        ) {
            let rows: Vec<_> = given.iter().enumerate()
                .map(|(at, (number, body, _))| row(at, *number, *body)).collect();
            let by_second: HashSet<_> = rows.iter().zip(&given)
                .filter(|(_, (_, _, second))| *second).map(|(row, _)| row.id.to_string()).collect();
            let route = |row: &OutboxRow| {
                if by_second.contains(&row.id.to_string()) { Route::Fallback } else { Route::First }
            };
            let parcels = parcels(rows.clone(), size, route);
            let mut sent: Vec<String> = Vec::new();
            for parcel in &parcels {
                prop_assert!((1..=size).contains(&parcel.rows.len()));
                prop_assert!(parcel.route == Route::First || parcel.rows.len() == 1);
                let numbers: HashSet<_> = parcel.rows.iter().map(|row| row.msisdn.e164()).collect();
                prop_assert_eq!(numbers.len(), parcel.rows.len());
                for row in &parcel.rows {
                    prop_assert_eq!(&row.body, parcel.body());
                    prop_assert_eq!(route(row), parcel.route);
                    sent.push(row.id.to_string());
                }
            }
            let mut all: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            all.sort();
            sent.sort();
            prop_assert_eq!(all, sent);
        }
    }
}
