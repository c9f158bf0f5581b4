//! Which formula applies to a station, for `lindley check` to print with its values.

use super::allen_cunneen::AllenCunneen;
use super::erlang_b::ErlangB;
use super::gim1::GiM1;
use super::gimc::GiMc;
use super::interarrival::Interarrival;
use super::machine_repairman::MachineRepairman;
use super::md1::MD1;
use super::means::Means;
use super::mg1::MG1;
use super::mgc_ps::MGcPs;
use super::mmc::MMc;
use super::mmck::MMcK;
use super::station::{Discipline, Service, Station};
use super::unsolved::Unsolved;

/// Whether a formula is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// It is.
    Exact,
    /// It is an approximation and has to be called so.
    Approximation,
}

/// The formula that applies to a station, with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// Servers with one queue; M/M/1 with one.
    MMc(MMc),
    /// The same with a limited queue.
    MMcK(MMcK),
    /// Servers and no queue.
    ErlangB(ErlangB),
    /// One server, constant service.
    MD1(MD1),
    /// One server, any service.
    MG1(MG1),
    /// Processor sharing.
    MGcPs(MGcPs),
    /// One server, exponential service, any arrivals.
    GiM1(GiM1),
    /// Several servers, exponential service, any arrivals.
    GiMc(GiMc),
    /// A finite number of users.
    MachineRepairman(MachineRepairman),
    /// An approximation for all else.
    AllenCunneen(AllenCunneen),
}

impl Known {
    /// The formula for `station`: an exact one if there is one, else an approximation.
    ///
    /// # Errors
    /// If a parameter makes no sense, if the station is overloaded and has no limit, or if no
    /// formula is worth printing.
    pub fn of(station: &Station) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the service time", station.service_mean)?;
        match station.capacity {
            Some(capacity) => Self::with_limit(station, capacity),
            None => Self::without_limit(station),
        }
    }

    /// Its name in Kendall's notation.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::MMc(system) => format!("M/M/{}", system.servers()),
            Self::MMcK(system) => format!("M/M/{}/{}", system.servers(), system.capacity()),
            Self::ErlangB(system) => format!("M/G/{0}/{0} (Erlang B)", system.slots()),
            Self::MD1(_) => "M/D/1".to_owned(),
            Self::MG1(_) => "M/G/1".to_owned(),
            Self::MGcPs(system) => format!("M/G/{}-PS", system.cores()),
            Self::GiM1(system) => format!("{}/M/1", letter(system.arrivals())),
            Self::GiMc(system) => format!("{}/M/{}", letter(system.arrivals()), system.servers()),
            Self::MachineRepairman(system) => {
                format!("M/M/{}//{}", system.servers(), system.users())
            }
            Self::AllenCunneen(system) => format!("G/G/{} (Allen-Cunneen)", system.servers()),
        }
    }

    /// Whether it is exact.
    #[must_use]
    pub const fn quality(&self) -> Quality {
        match self {
            Self::AllenCunneen(_) => Quality::Approximation,
            Self::MMc(_)
            | Self::MMcK(_)
            | Self::ErlangB(_)
            | Self::MD1(_)
            | Self::MG1(_)
            | Self::MGcPs(_)
            | Self::GiM1(_)
            | Self::GiMc(_)
            | Self::MachineRepairman(_) => Quality::Exact,
        }
    }

    /// The mean values that it gives.
    #[must_use]
    pub fn means(&self) -> Means {
        match self {
            Self::MMc(system) => system.means(),
            Self::MMcK(system) => system.means(),
            Self::ErlangB(system) => system.means(),
            Self::MD1(system) => system.means(),
            Self::MG1(system) => system.means(),
            Self::MGcPs(system) => system.means(),
            Self::GiM1(system) => system.means(),
            Self::GiMc(system) => system.means(),
            Self::MachineRepairman(system) => system.means(),
            Self::AllenCunneen(system) => system.means(),
        }
    }

    /// The probability that an arrival is refused.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        match self {
            Self::MMcK(system) => system.blocking(),
            Self::ErlangB(system) => system.blocking(),
            Self::MMc(_)
            | Self::MD1(_)
            | Self::MG1(_)
            | Self::MGcPs(_)
            | Self::GiM1(_)
            | Self::GiMc(_)
            | Self::MachineRepairman(_)
            | Self::AllenCunneen(_) => 0.0,
        }
    }

    /// The sojourn, in seconds, that a share `p` of the requests does not exceed, where its law
    /// is known.
    #[must_use]
    pub fn sojourn_quantile(&self, p: f64) -> Option<f64> {
        match self {
            Self::MMc(system) => Some(system.sojourn_quantile(p)),
            Self::MD1(system) => Some(system.sojourn_quantile(p)),
            Self::GiM1(system) => Some(system.sojourn_quantile(p)),
            Self::MMcK(_)
            | Self::ErlangB(_)
            | Self::MG1(_)
            | Self::MGcPs(_)
            | Self::GiMc(_)
            | Self::MachineRepairman(_)
            | Self::AllenCunneen(_) => None,
        }
    }

    fn with_limit(station: &Station, capacity: u64) -> Result<Self, Unsolved> {
        let Station { arrival_rate, service_mean, servers, .. } = *station;
        if station.arrivals != Interarrival::Exponential {
            return Err(Unsolved::NoFormula);
        }
        if let Ok(slots) = u32::try_from(capacity)
            && slots <= servers
        {
            return ErlangB::new(arrival_rate, service_mean, slots).map(Self::ErlangB);
        }
        // The number present under processor sharing has the law of exponential service.
        let shared = station.discipline == Discipline::ProcessorSharing;
        if shared || station.service == Service::Exponential {
            let rate = 1.0 / service_mean;
            return MMcK::new(arrival_rate, rate, servers, capacity).map(Self::MMcK);
        }
        Err(Unsolved::NoFormula)
    }

    fn without_limit(station: &Station) -> Result<Self, Unsolved> {
        let Station { arrivals, arrival_rate, service, service_mean, servers, .. } = *station;
        let (rate, cv2) = (1.0 / service_mean, service.cv2());
        let poisson = arrivals == Interarrival::Exponential;
        if station.discipline == Discipline::ProcessorSharing {
            if !poisson {
                return Err(Unsolved::NoFormula);
            }
            return MGcPs::new(arrival_rate, service_mean, servers).map(Self::MGcPs);
        }
        match (service, servers) {
            (Service::Exponential, _) if poisson => {
                MMc::new(arrival_rate, rate, servers).map(Self::MMc)
            }
            (Service::Constant, 1) if poisson => {
                MD1::new(arrival_rate, service_mean).map(Self::MD1)
            }
            (_, 1) if poisson => MG1::new(arrival_rate, service_mean, cv2).map(Self::MG1),
            (Service::Exponential, 1) if !matches!(arrivals, Interarrival::General { .. }) => {
                GiM1::new(arrivals, arrival_rate, rate).map(Self::GiM1)
            }
            (Service::Exponential, _) if !matches!(arrivals, Interarrival::General { .. }) => {
                GiMc::new(arrivals, arrival_rate, rate, servers).map(Self::GiMc)
            }
            _ => AllenCunneen::new(arrivals, arrival_rate, service_mean, cv2, servers)
                .map(Self::AllenCunneen),
        }
    }
}

/// The letters of a law of arrivals.
fn letter(arrivals: Interarrival) -> String {
    match arrivals {
        Interarrival::Exponential => "M".to_owned(),
        Interarrival::Constant => "D".to_owned(),
        Interarrival::Erlang { k } => format!("E{k}"),
        Interarrival::Hyperexponential { .. } => "H2".to_owned(),
        Interarrival::General { .. } => "GI".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MM1: Station = Station {
        arrivals: Interarrival::Exponential,
        arrival_rate: 80.0,
        service: Service::Exponential,
        service_mean: 0.01,
        servers: 1,
        capacity: None,
        discipline: Discipline::Fifo,
    };

    fn check(station: Station, name: &str) {
        assert_eq!(Known::of(&station).expect(name).name(), name);
    }

    #[test]
    fn every_station_gets_the_most_special_formula() {
        let general = Service::General { cv2: 4.0 };
        let shared = Discipline::ProcessorSharing;
        let erlang = Interarrival::Erlang { k: 3 };
        check(MM1, "M/M/1");
        check(Station { servers: 4, ..MM1 }, "M/M/4");
        check(Station { service: Service::Constant, ..MM1 }, "M/D/1");
        check(Station { service: general, ..MM1 }, "M/G/1");
        check(Station { service: general, discipline: shared, ..MM1 }, "M/G/1-PS");
        check(Station { capacity: Some(10), ..MM1 }, "M/M/1/10");
        check(
            Station { service: general, discipline: shared, capacity: Some(9), ..MM1 },
            "M/M/1/9",
        );
        check(
            Station { service: general, capacity: Some(4), servers: 4, ..MM1 },
            "M/G/4/4 (Erlang B)",
        );
        check(Station { arrivals: erlang, ..MM1 }, "E3/M/1");
        check(Station { arrivals: Interarrival::Constant, ..MM1 }, "D/M/1");
        check(Station { arrivals: erlang, servers: 2, ..MM1 }, "E3/M/2");
        check(Station { service: general, servers: 2, ..MM1 }, "G/G/2 (Allen-Cunneen)");
        check(Station { arrivals: erlang, service: general, ..MM1 }, "G/G/1 (Allen-Cunneen)");
    }

    #[test]
    fn only_the_approximation_is_called_one() {
        let exact = Known::of(&MM1).expect("stable");
        let rough = Station { service: Service::Constant, servers: 2, ..MM1 };
        assert_eq!(exact.quality(), Quality::Exact);
        assert_eq!(Known::of(&rough).expect("stable").quality(), Quality::Approximation);
    }

    #[test]
    fn overload_is_an_error_only_without_a_limit() {
        let overloaded = Station { arrival_rate: 150.0, ..MM1 };
        assert!(matches!(Known::of(&overloaded), Err(Unsolved::Overloaded { .. })));
        let bounded = Station { capacity: Some(20), ..overloaded };
        assert!(Known::of(&bounded).expect("stable").blocking() > 0.3);
    }

    #[test]
    fn what_has_no_formula_says_so() {
        let odd = Station { capacity: Some(9), service: Service::Constant, ..MM1 };
        assert_eq!(Known::of(&odd), Err(Unsolved::NoFormula));
    }

    #[test]
    fn the_quantile_is_given_where_the_law_is_known() {
        let p99 = Known::of(&MM1).expect("stable").sojourn_quantile(0.99).expect("known");
        assert!((p99 - 0.230_258_509_299_404_57).abs() < 1e-12);
        let general = Station { service: Service::General { cv2: 4.0 }, ..MM1 };
        assert_eq!(Known::of(&general).expect("stable").sojourn_quantile(0.99), None);
    }

    #[test]
    fn a_closed_loop_is_named_with_its_users() {
        let system = MachineRepairman::new(20, 1.0, 15.0, 2).expect("positive");
        assert_eq!(Known::MachineRepairman(system).name(), "M/M/2//20");
    }
}
