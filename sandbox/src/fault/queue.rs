//! The faults that wait to be played.

use std::collections::{BTreeMap, VecDeque};

use super::{Fault, FaultPoint, ImpossibleFault};
use crate::number::Number;
use crate::storm::Weather;

/// A fault that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) fault: Fault,
    /// Only a message about this phone plays it; `None`: any.
    pub(crate) phone: Option<Number>,
    /// The request that brought it; `None` where it was queued by hand.
    pub(crate) request: Option<u64>,
}

impl Waiting {
    fn is_for(&self, about: &[Number]) -> bool {
        self.phone.is_none_or(|phone| about.contains(&phone))
    }
}

/// All faults that wait, by their point.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    points: BTreeMap<FaultPoint, VecDeque<Waiting>>,
    requests: u64,
    /// Chance, while a storm rages.
    weather: Option<Weather>,
}

impl FaultQueue {
    /// Queues a fault so many times, for everybody or for one phone.
    pub(crate) fn queue(
        &mut self,
        point: FaultPoint,
        fault: Fault,
        phone: Option<Number>,
        times: usize,
    ) -> Result<(), ImpossibleFault> {
        check(point, &fault, phone)?;
        let waiting = Waiting {
            fault,
            phone,
            request: None,
        };
        let queue = self.points.entry(point).or_default();
        queue.extend(std::iter::repeat_n(waiting, times));
        Ok(())
    }

    /// A number for a request that brings faults for what follows from it.
    pub(crate) fn new_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Queues a fault that a request brought, before all others of the point.
    pub(crate) fn queue_first(
        &mut self,
        point: FaultPoint,
        fault: Fault,
        phone: Option<Number>,
        request: u64,
    ) -> Result<(), ImpossibleFault> {
        check(point, &fault, phone)?;
        let waiting = Waiting {
            fault,
            phone,
            request: Some(request),
        };
        self.points.entry(point).or_default().push_front(waiting);
        Ok(())
    }

    /// Forgets what a request brought and nothing has played.
    pub(crate) fn withdraw(&mut self, request: u64) {
        for queue in self.points.values_mut() {
            queue.retain(|waiting| waiting.request != Some(request));
        }
    }

    /// Takes the next fault of a point that is for everybody or for one of these phones; where none
    /// waits, the weather may have one.
    pub(crate) fn take(&mut self, point: FaultPoint, about: &[Number]) -> Option<Fault> {
        self.take_if(point, about, |_| true)
            .or_else(|| self.by_weather(point, about))
    }

    /// What the weather does to the next message of a point.
    pub(crate) fn by_weather(&mut self, point: FaultPoint, about: &[Number]) -> Option<Fault> {
        self.weather.as_mut()?.fault(point, about.first().copied())
    }

    /// Changes the weather; gives that which was.
    pub(crate) fn set_weather(&mut self, weather: Option<Weather>) -> Option<Weather> {
        std::mem::replace(&mut self.weather, weather)
    }

    /// The next one that fits; the others wait on.
    pub(crate) fn take_if(
        &mut self,
        point: FaultPoint,
        about: &[Number],
        fits: impl Fn(&Fault) -> bool,
    ) -> Option<Fault> {
        let queue = self.points.get_mut(&point)?;
        let is_next = |waiting: &Waiting| waiting.is_for(about) && fits(&waiting.fault);
        let place = queue.iter().position(is_next)?;
        queue.remove(place).map(|waiting| waiting.fault)
    }

    /// How many faults wait at a point.
    pub(crate) fn waiting(&self, point: FaultPoint) -> usize {
        self.points.get(&point).map_or(0, VecDeque::len)
    }

    /// What waits at a point, in its order; what is alike and in a row is counted.
    pub(crate) fn list(&self, point: FaultPoint) -> Vec<(Waiting, usize)> {
        let mut list: Vec<(Waiting, usize)> = Vec::new();
        for waiting in self.points.get(&point).into_iter().flatten() {
            match list.last_mut() {
                Some((last, times))
                    if last.fault == waiting.fault && last.phone == waiting.phone =>
                {
                    *times += 1;
                }
                Some(_) | None => list.push((waiting.clone(), 1)),
            }
        }
        list
    }

    /// Forgets the faults of one point, or all.
    pub(crate) fn clear(&mut self, point: Option<FaultPoint>) {
        match point {
            Some(point) => {
                self.points.remove(&point);
            }
            None => self.points.clear(),
        }
    }
}

pub(crate) fn check(
    point: FaultPoint,
    fault: &Fault,
    phone: Option<Number>,
) -> Result<(), ImpossibleFault> {
    if !point.plays(fault) {
        let fault = fault.clone();
        return Err(ImpossibleFault::Here { point, fault });
    }
    if phone.is_some() && !point.has_phone() {
        return Err(ImpossibleFault::NoPhone(point));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_played_in_order_and_as_often_as_asked() {
        let mut queue = FaultQueue::default();
        queue
            .queue(FaultPoint::Sms, Fault::Refuse(500), None, 2)
            .unwrap();
        queue.queue(FaultPoint::Sms, Fault::Hang, None, 1).unwrap();
        let listed: Vec<_> = queue
            .list(FaultPoint::Sms)
            .into_iter()
            .map(|(_, times)| times)
            .collect();
        assert_eq!(listed, [2, 1]);
        let played: Vec<_> = std::iter::from_fn(|| queue.take(FaultPoint::Sms, &[])).collect();
        assert_eq!(
            played,
            [Fault::Refuse(500), Fault::Refuse(500), Fault::Hang]
        );
        assert_eq!(queue.waiting(FaultPoint::Sms), 0);
    }

    #[test]
    fn a_fault_for_one_phone_waits_for_it() {
        let (ann, ben) = (Number::safaricom(1), Number::safaricom(2));
        let mut queue = FaultQueue::default();
        queue
            .queue(FaultPoint::StkCallback, Fault::Lost, Some(ann), 1)
            .unwrap();
        queue
            .queue(FaultPoint::StkCallback, Fault::Twice, None, 1)
            .unwrap();
        assert_eq!(
            queue.take(FaultPoint::StkCallback, &[ben]),
            Some(Fault::Twice)
        );
        assert_eq!(queue.take(FaultPoint::StkCallback, &[ben]), None);
        assert_eq!(
            queue.take(FaultPoint::StkCallback, &[ann]),
            Some(Fault::Lost)
        );
    }

    #[test]
    fn what_a_request_brought_comes_first_and_can_be_withdrawn() {
        let mut queue = FaultQueue::default();
        queue
            .queue(FaultPoint::StkCallback, Fault::Lost, None, 1)
            .unwrap();
        let request = queue.new_request();
        queue
            .queue_first(FaultPoint::StkCallback, Fault::Twice, None, request)
            .unwrap();
        assert_eq!(queue.list(FaultPoint::StkCallback).len(), 2);
        queue.withdraw(request);
        assert_eq!(queue.take(FaultPoint::StkCallback, &[]), Some(Fault::Lost));
    }

    #[test]
    fn a_fault_that_makes_no_sense_is_refused() {
        let mut queue = FaultQueue::default();
        for (point, fault) in [
            (FaultPoint::StkCallback, Fault::Hang),
            (FaultPoint::Sms, Fault::Twice),
            (FaultPoint::StkPush, Fault::ResultCode("1032".into())),
            (FaultPoint::StkCallback, Fault::Outcome("0".into())),
            (FaultPoint::UssdHop, Fault::Held),
        ] {
            assert!(queue.queue(point, fault, None, 1).is_err());
        }
        let phone = Some(Number::safaricom(1));
        assert!(
            queue
                .queue(FaultPoint::Oauth, Fault::Hang, phone, 1)
                .is_err()
        );
    }
}
