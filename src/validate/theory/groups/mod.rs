//! The groups of cases: one function for each says how its cases are run, one file for each
//! family of them.
//!
//! A group works from the parameters of a case alone, so that further cases of it need no code.

mod asked_before;
mod available;
mod balanced;
mod broken;
mod bursty;
mod closed;
mod connected;
mod disciplines;
mod exposed;
mod failing;
mod fan_out;
mod hashed;
mod identity;
mod limited;
mod networks;
mod one_queue;
mod opened;
mod renewed;
mod retried;
mod scaled;
mod scheduled;
mod stopped;
mod transient;

use super::case::Case;
use super::experiment::{Effort, Experiment};

/// Makes the experiment for a case, or says what is wrong with its parameters.
type Build = fn(&Case, Effort) -> Result<Experiment, String>;

/// What becomes of the cases of a group.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// They are run.
    Runs(Build),
    /// They wait for this part of the program.
    Waits(&'static str),
}

use Way::{Runs, Waits};

/// Cases of eviction alone, which simulate no web: the group `cache` replays them.
const BY_REPLAY: &str = "nothing: `--group cache` replays it";

/// All groups, by their name in the table.
const GROUPS: &[(&str, Way)] = &[
    ("M/M/1", Runs(one_queue::mm1)),
    ("M/M/c", Runs(one_queue::mmc)),
    ("M/D/1", Runs(one_queue::md1)),
    ("M/D/c", Runs(identity::log_ins)),
    ("M/G/1", Runs(one_queue::mg1)),
    ("GI/M/1", Runs(one_queue::gim1)),
    ("M/M/c/K", Runs(limited::mmck)),
    ("Erlang B", Runs(limited::erlang_b)),
    ("Erlang A", Runs(limited::erlang_a)),
    ("queue timeout", Runs(limited::queue_timeout)),
    ("client timeout, work not cancelled", Runs(limited::client_timeout)),
    ("M/G/1-PS", Runs(disciplines::processor_sharing)),
    ("priority", Runs(disciplines::priority)),
    ("tandem", Runs(networks::tandem)),
    ("Jackson network", Runs(networks::jackson)),
    ("closed: interactive users", Runs(closed::interactive)),
    ("closed: MVA", Runs(closed::mva)),
    ("round robin", Runs(balanced::round_robin)),
    ("random splitting", Runs(balanced::random)),
    ("round robin over multi-core nodes", Runs(balanced::round_robin_cores)),
    ("join shortest queue", Runs(balanced::shortest)),
    ("power of d choices", Runs(balanced::power_of_d)),
    ("scale up vs scale out", Runs(scaled::up_or_out)),
    ("universal scalability law", Runs(scaled::usl)),
    ("hash balancing", Runs(hashed::hashing)),
    ("fan-out", Runs(fan_out::fan_out)),
    ("M/G/inf", Runs(fan_out::unlimited)),
    ("transient M/M/1", Runs(transient::from_empty)),
    ("time-varying arrivals", Runs(scheduled::swinging)),
    ("overload and drain", Runs(scheduled::overload)),
    ("bursty arrivals", Runs(bursty::modulated)),
    ("batch arrivals", Runs(bursty::batches)),
    ("cold start", Runs(stopped::cold_start)),
    ("stop-the-world pauses", Runs(stopped::pauses)),
    ("session vs JWT latency", Runs(identity::session_or_token)),
    ("retry amplification", Runs(retried::amplification)),
    ("circuit breaker", Runs(broken::breaker)),
    ("TCP connect under loss", Runs(connected::lost_syns)),
    ("connection set-up accounting", Runs(opened::set_up)),
    ("slow start accounting", Runs(connected::slow_start)),
    ("token bucket", Runs(retried::token_bucket)),
    ("availability", Runs(available::availability)),
    ("failure detection", Runs(failing::detection)),
    ("cache: LRU/FIFO/top-K under Zipf", Waits(BY_REPLAY)),
    ("cache: exact small catalogue", Waits(BY_REPLAY)),
    ("cache: TTL", Waits(BY_REPLAY)),
    ("browser connection limits", Runs(connected::browser_limits)),
    ("CORS preflight accounting", Runs(asked_before::preflights)),
    ("JWT exposure window", Runs(exposed::thefts)),
    ("session and refresh load", Runs(renewed::sessions)),
];

/// What becomes of the cases of the group called `name`; none if no group is.
pub(super) fn way(name: &str) -> Option<Way> {
    GROUPS.iter().find(|(group, _)| *group == name).map(|(_, way)| *way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::theory::built_in;

    #[test]
    fn every_group_of_the_table_has_a_way_and_every_way_has_a_case() {
        let cases = built_in();
        assert!(cases.iter().all(|case| way(&case.group).is_some()));
        for (group, _) in GROUPS {
            assert!(cases.iter().any(|case| case.group == *group), "{group}");
        }
    }
}
