//! What attacks came to, what stopped them, and what that cost honest users: only of scenarios
//! with attackers.

use super::{EndToEnd, Evidence, Metric, Unit, share};
use crate::attack::Attack;
use crate::observe::{ClassMeter, Sample, ScreenMeters};
use crate::screen::Defence;

const fn count(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Count, about, evidence: Evidence::Plain, read }
}

/// The meters, if there are attackers.
fn meters<'a>(run: &EndToEnd<'a>) -> Option<&'a ScreenMeters> {
    run.screens.filter(|screens| !screens.attackers.is_empty())
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn number(count: u64) -> f64 {
    count as f64
}

fn stopped(run: &EndToEnd<'_>, by: Defence) -> Option<f64> {
    Some(number(meters(run)?.stopped[by as usize]))
}

/// The meters of attackers, or of all others.
fn classes<'a>(run: &EndToEnd<'a>, attackers: bool) -> Option<Vec<&'a ClassMeter>> {
    let who = &meters(run)?.attackers;
    let classes = run.meters.classes.iter();
    Some(classes.filter(|class| who.contains(&class.client) == attackers).collect())
}

fn honest(run: &EndToEnd<'_>) -> Option<Sample> {
    Some(Sample::of(classes(run, false)?.iter().map(|class| &class.latency)))
}

fn failures(classes: &[&ClassMeter]) -> u64 {
    classes.iter().map(|class| class.failed.0).sum()
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    count("attack_attempts", "Attacking requests that ended.", |run| {
        let classes = classes(run, true)?;
        let succeeded = Sample::of(classes.iter().map(|class| &class.latency)).count;
        Some(number(succeeded + failures(&classes)))
    }),
    count("attack_succeeded", "Attacking requests that got what they wanted.", |run| {
        Some(number(meters(run)?.succeeded.iter().sum()))
    }),
    count("rows_leaked", "Rows that injections got.", |run| Some(number(meters(run)?.rows))),
    count("accounts_taken", "Log-ins of attackers with the right password.", |run| {
        Some(number(meters(run)?.succeeded[Attack::CredentialStuffing as usize]))
    }),
    count("accounts_locked", "Times that an account was locked.", |run| {
        Some(number(meters(run)?.locked))
    }),
    count("stopped_access", "Attacking requests that rules of access stopped.", |run| {
        stopped(run, Defence::Access)
    }),
    count("stopped_waf", "Attacking requests that a filter of requests stopped.", |run| {
        stopped(run, Defence::Waf)
    }),
    count("stopped_input_filter", "Attacking requests that a check of input stopped.", |run| {
        stopped(run, Defence::InputFilter)
    }),
    count("stopped_prepared", "Payloads that prepared statements made data.", |run| {
        stopped(run, Defence::Prepared)
    }),
    count("stopped_address_limit", "Attacking requests that a limit by address stopped.", |run| {
        stopped(run, Defence::AddressLimit)
    }),
    count("stopped_account_limit", "Attacking log-ins that a limit by account stopped.", |run| {
        stopped(run, Defence::AccountLimit)
    }),
    count("stopped_lockout", "Attacking log-ins that met a locked account.", |run| {
        stopped(run, Defence::Lockout)
    }),
    count("stopped_password", "Attacking log-ins with the wrong password.", |run| {
        stopped(run, Defence::Password)
    }),
    count(
        "stopped_connection_limit",
        "Attacking connections that a limit by address stopped.",
        |run| stopped(run, Defence::ConnectionLimit),
    ),
    count("honest_blocked", "Honest requests that a defence stopped.", |run| {
        Some(number(meters(run)?.blocked.iter().sum()))
    }),
    Metric {
        name: "honest_success_ratio",
        unit: Unit::Share,
        about: "The share of honest requests that succeeded.",
        evidence: Evidence::Mean,
        read: |run| {
            let succeeded = honest(run)?.count;
            share(succeeded, succeeded + failures(&classes(run, false)?))
        },
    },
    Metric {
        name: "honest_latency_mean",
        unit: Unit::Millis,
        about: "Mean latency of honest requests that succeeded.",
        evidence: Evidence::Mean,
        read: |run| honest(run)?.mean(),
    },
    Metric {
        name: "honest_latency_p99",
        unit: Unit::Millis,
        about: "99 % of the honest requests that succeeded take at most this.",
        evidence: Evidence::Quantile(0.99),
        read: |run| honest(run)?.quantile(0.99),
    },
];
