//! The mean values that every formula of a station ends in.

/// Mean values of a station in steady state, over what it serves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// Requests served per second.
    pub throughput: f64,
    /// The share of server time that is busy.
    pub utilisation: f64,
    /// Seconds before service.
    pub wait: f64,
    /// Seconds from arrival to the end of service.
    pub sojourn: f64,
    /// Requests that wait.
    pub queue: f64,
    /// Requests that wait or are in service.
    pub in_system: f64,
}

impl Means {
    /// All of them from two, by Little's law ("A proof for the queuing formula L = λW",
    /// Operations Research 1961).
    #[must_use]
    pub fn by_little(throughput: f64, wait: f64, service_mean: f64, servers: u32) -> Self {
        let sojourn = wait + service_mean;
        Self {
            throughput,
            utilisation: throughput * service_mean / f64::from(servers),
            wait,
            sojourn,
            queue: throughput * wait,
            in_system: throughput * sojourn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_relates_numbers_and_times() {
        let means = Means::by_little(80.0, 0.04, 0.01, 1);
        let expected = [(means.queue, 3.2), (means.in_system, 4.0), (means.utilisation, 0.8)];
        for (value, expected) in expected {
            assert!((value - expected).abs() < 1e-12);
        }
    }
}
