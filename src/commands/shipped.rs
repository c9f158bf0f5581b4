//! The scenarios that are a part of the program, with the files that they include.

use crate::scenario::source::Memory;

/// A scenario that is a part of the program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Turns names into embedded texts.
macro_rules! shipped {
    ($($name:literal,)*) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../scenarios/", $name, ".toml")),
        },)*]
    };
}

/// Every shipped scenario, in the order in which `lindley list` shows them.
pub(super) const SCENARIOS: &[Shipped] = shipped![
    "scale-up-vs-scale-out",
    "economies-of-pooling",
    "power-of-two-choices",
    "right-size",
    "database-bottleneck",
    "scalability-law",
    "flash-crowd",
    "autoscaling",
    "keep-alive-or-not",
    "l4-or-l7",
    "sticky-behind-nat",
    "timeouts",
    "failover",
    "rolling-deploy",
    "retry-storm",
    "shared-queue",
    "where-a-cache-pays",
    "three-caches",
    "hot-key",
    "cache-stampede",
    "update-day",
    "cold-start",
    "private-pages",
    "eviction-shootout",
    "stateless-http",
    "session-or-jwt",
    "session-store-overload",
    "sticky-or-shared",
    "logout",
    "refresh-tokens",
    "login-storm",
    "hash-memory",
    "cors-tax",
    "cors-mistakes",
    "csrf",
    "xss-theft",
    "company-proxy",
    "hidden-origin",
    "sql-injection",
    "credential-stuffing",
    "metropolis",
];

/// What they include.
const INCLUDED: &[Shipped] = shipped![];

/// What runs without any arguments.
pub(super) const MAIN: &str = "scale-up-vs-scale-out";

impl Shipped {
    /// The scenario called `name`.
    #[must_use]
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    /// The comment that its text begins with, line by line.
    pub(super) fn about(&self) -> impl Iterator<Item = &'static str> {
        let comment = |line: &'static str| line.strip_prefix('#').map(str::trim);
        self.text.lines().map_while(comment).filter(|line| !line.is_empty())
    }

    /// The name of its file.
    #[must_use]
    pub(super) fn file(&self) -> String {
        format!("{}.toml", self.name)
    }
}

/// All shipped files by name, as if they were a folder.
#[must_use]
pub(super) fn files() -> Memory {
    let all = SCENARIOS.iter().chain(INCLUDED);
    Memory(all.map(|it| (it.file().into(), it.text.as_bytes().to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_says_what_it_is_about() {
        for scenario in SCENARIOS {
            assert!(scenario.about().next().is_some_and(|line| line.len() > 20), "{scenario:?}");
        }
        assert!(Shipped::find(MAIN).is_some());
    }
}
