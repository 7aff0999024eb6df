//! Values that are written one way in a file and another in an environment variable.

use std::{collections::BTreeMap, fmt, marker::PhantomData, str::FromStr, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};

/// A list: a sequence in the file, `20,50,100` in the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for ListVisitor<T>
where
    T: FromStr + Deserialize<'de>,
    T::Err: fmt::Display,
{
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or values joined by commas")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        items
            .map(|item| item.parse().map_err(E::custom))
            .collect::<Result<_, _>>()
            .map(List)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(List(items))
    }
}

impl<'de, T> Deserialize<'de> for List<T>
where
    T: FromStr + Deserialize<'de>,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// Pairs of numbers, ascending: `100:2,500:9` says up to 100 it is 2, up to 500 it is 9.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(i64, i64)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = List::<String>::deserialize(deserializer)?.0;
        let pair = |item: &String| -> Option<(i64, i64)> {
            let (left, right) = item.split_once(':')?;
            Some((left.trim().parse().ok()?, right.trim().parse().ok()?))
        };
        let pairs: Option<Vec<_>> = items.iter().map(pair).collect();
        let is_ascending = |pairs: &Vec<(i64, i64)>| {
            pairs
                .windows(2)
                .all(|two| matches!(two, [a, b] if a.0 < b.0))
        };
        pairs
            .filter(is_ascending)
            .map(Pairs)
            .ok_or_else(|| de::Error::custom("expected ascending pairs such as 100:2,500:9"))
    }
}

/// A time limit per network code: `63902:30s,63903:60s`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkTimes(pub BTreeMap<String, Duration>);

impl<'de> Deserialize<'de> for NetworkTimes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = List::<String>::deserialize(deserializer)?.0;
        let limit = |item: &String| -> Option<(String, Duration)> {
            let (code, limit) = item.split_once(':')?;
            let limit = humantime_serde::re::humantime::parse_duration(limit.trim()).ok()?;
            Some((code.trim().to_owned(), limit))
        };
        let limits: Option<BTreeMap<_, _>> = items.iter().map(limit).collect();
        limits
            .map(NetworkTimes)
            .ok_or_else(|| de::Error::custom("expected CODE:TIME such as 63902:30s,63903:60s"))
    }
}

/// A figure per network code: `63902:160,63903:184`. Codes are text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub BTreeMap<String, usize>);

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = List::<String>::deserialize(deserializer)?.0;
        let figure = |item: &String| -> Option<(String, usize)> {
            let (code, figure) = item.split_once(':')?;
            Some((code.trim().to_owned(), figure.trim().parse().ok()?))
        };
        let figures: Option<BTreeMap<_, _>> = items.iter().map(figure).collect();
        figures
            .map(Networks)
            .ok_or_else(|| de::Error::custom("expected CODE:SEPTETS such as 63902:160,63903:184"))
    }
}
