//! A station as far as theory looks at it.

use super::interarrival::Interarrival;

/// A station with arrivals from outside, as far as theory looks at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    /// The law of the intervals between arrivals.
    pub arrivals: Interarrival,
    /// Arrivals per second.
    pub arrival_rate: f64,
    /// The law of the service time.
    pub service: Service,
    /// Its mean, in seconds.
    pub service_mean: f64,
    /// How many are served at once.
    pub servers: u32,
    /// How many it holds at most, waiting and in service; `None` if there is no limit.
    pub capacity: Option<u64>,
    /// Who is served first.
    pub discipline: Discipline,
}

/// The law of a service time, up to its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Service {
    /// Exponential.
    Exponential,
    /// Always the same.
    Constant,
    /// Any other.
    General {
        /// The squared coefficient of variation.
        cv2: f64,
    },
}

/// Who is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discipline {
    /// In order of arrival. Mean values hold for every order that interrupts nobody and does not
    /// look at sizes.
    Fifo,
    /// All at once, each by an equal share of the servers and at most one.
    ProcessorSharing,
}

impl Service {
    /// The squared coefficient of variation.
    #[must_use]
    pub const fn cv2(self) -> f64 {
        match self {
            Self::Exponential => 1.0,
            Self::Constant => 0.0,
            Self::General { cv2 } => cv2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_service_does_not_vary_and_exponential_service_by_its_mean() {
        let laws = [Service::Constant, Service::Exponential, Service::General { cv2: 4.0 }];
        assert_eq!(format!("{:?}", laws.map(Service::cv2)), "[0.0, 1.0, 4.0]");
    }
}
