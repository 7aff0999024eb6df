//! How often one address may call. Who knows the secret is hardly limited: the providers call often,
//! from a few addresses, and mostly do not call again. Who does not know it is limited tightly; that
//! never counts against a provider behind the same address.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use arc_swap::ArcSwap;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

/// How many addresses are remembered at most. Where more than this call within a minute, all are
/// forgotten: memory is bounded, and nobody is turned away for the number of others.
const MAX_SOURCES: usize = 50_000;

/// The limits of a process: for each address, calls a minute.
#[derive(Debug)]
pub(super) struct Limits {
    /// Of those who know the secret, and come from an allowed address.
    pub(super) known: PerSource,
    /// Of everybody else.
    pub(super) unknown: PerSource,
    /// Lines in the log about who calls too often.
    pub(super) complaints: PerSource,
}

type Limiter<C> =
    RateLimiter<IpAddr, HashMapStateStore<IpAddr>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// So many calls a minute, and so many at once, from each address.
pub(super) struct PerSource<C: Clock = MonotonicClock> {
    /// `None`: as many as they like.
    limiter: Option<(Quota, ArcSwap<Limiter<C>>)>,
    clock: C,
}

impl PerSource {
    /// At most so many calls a minute; 0: any number.
    pub(super) fn per_minute(calls: u32) -> Self {
        Self::by_clock(calls, MonotonicClock)
    }
}

impl<C: Clock + Clone> PerSource<C> {
    fn by_clock(calls: u32, clock: C) -> Self {
        let quota = NonZeroU32::new(calls).map(Quota::per_minute);
        let limiter = quota.map(|quota| (quota, ArcSwap::new(fresh(quota, &clock))));
        Self { limiter, clock }
    }

    /// Counts a call; whether it is one too many.
    pub(super) fn is_too_many(&self, address: IpAddr) -> bool {
        let Some((quota, limiter)) = &self.limiter else {
            return false;
        };
        let current = limiter.load();
        let is_over = current.check_key(&source(address)).is_err();
        if current.len() > MAX_SOURCES {
            current.retain_recent();
            if current.len() > MAX_SOURCES {
                limiter.store(fresh(*quota, &self.clock));
            }
        }
        is_over
    }
}

fn fresh<C: Clock + Clone>(quota: Quota, clock: &C) -> Arc<Limiter<C>> {
    let store = HashMapStateStore::default();
    Arc::new(RateLimiter::new(quota, store, clock.clone()))
}

/// What counts as one source: an address, or the network of 64 bits that one customer has of IPv6.
pub(super) fn source(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(network.into())
        }
    }
}

impl<C: Clock> std::fmt::Debug for PerSource<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quota = self.limiter.as_ref().map(|(quota, _)| quota);
        formatter.debug_tuple("PerSource").field(&quota).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_source_has_its_own_measure_and_time_fills_it() {
        let clock = FakeRelativeClock::default();
        let limit = PerSource::by_clock(60, clock.clone());
        let (one, other) = (address("8.8.8.8"), address("8.8.4.4"));
        for call in 0..60 {
            assert!(!limit.is_too_many(one), "{call}");
        }
        assert!(limit.is_too_many(one));
        assert!(!limit.is_too_many(other));
        clock.advance(Duration::from_secs(1));
        assert!(!limit.is_too_many(one));
        assert!(limit.is_too_many(one));
        clock.advance(Duration::from_secs(60));
        assert!((0..60).all(|_| !limit.is_too_many(one)));
    }

    #[test]
    fn nothing_is_no_limit() {
        let limit = PerSource::by_clock(0, FakeRelativeClock::default());
        assert!((0..10_000).all(|_| !limit.is_too_many(address("8.8.8.8"))));
    }

    #[test]
    fn one_customers_addresses_are_one_source() {
        let limit = PerSource::by_clock(1, FakeRelativeClock::default());
        assert!(!limit.is_too_many(address("2001:db8:1:2::1")));
        assert!(limit.is_too_many(address("2001:db8:1:2:ffff::9")));
        assert!(!limit.is_too_many(address("2001:db8:1:3::1")));
    }

    #[test]
    fn the_memory_of_sources_is_bounded() {
        let clock = FakeRelativeClock::default();
        let limit = PerSource::by_clock(1, clock.clone());
        let many = u32::try_from(MAX_SOURCES).unwrap() + 10;
        for number in 0..many {
            limit.is_too_many(IpAddr::V4(number.into()));
        }
        let (_, limiter) = limit.limiter.as_ref().unwrap();
        assert!(limiter.load().len() <= 10);
        // Those of long ago go first, and nobody who was here just now is forgotten.
        clock.advance(Duration::from_secs(120));
        let first = address("9.9.9.9");
        limit.is_too_many(first);
        assert!(limit.is_too_many(first));
    }
}
