//! What attacks came to, what stopped them, and whom else that stopped: only of scenarios with
//! attackers.

use super::{EndToEnd, Evidence, Metric, Unit, counted, number};
use crate::attack::Attack;
use crate::observe::{ClassMeter, ScreenMeters};
use crate::screen::Defence;

/// The meters, if there are attackers.
fn meters<'a>(run: &EndToEnd<'a>) -> Option<&'a ScreenMeters> {
    run.screens.filter(|screens| !screens.attackers.is_empty())
}

fn stopped(run: &EndToEnd<'_>, by: Defence) -> Option<f64> {
    Some(number(meters(run)?.stopped[by as usize]))
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    counted("attack_attempts", "Attacking requests that ended.", |run| {
        meters(run)?;
        let ended = |class: &ClassMeter| class.latency.count() + class.failed.0;
        Some(number(run.attackers.iter().map(ended).sum()))
    }),
    counted("attack_succeeded", "Attacking requests that got what they wanted.", |run| {
        Some(number(meters(run)?.succeeded.iter().sum()))
    }),
    // Many come at once, so that how often none came says nothing of how many may come.
    Metric {
        name: "rows_leaked",
        unit: Unit::Count,
        about: "Rows that injections got.",
        evidence: Evidence::Ended,
        read: |run| Some(number(meters(run)?.rows)),
    },
    counted("accounts_taken", "Log-ins of attackers with the right password.", |run| {
        Some(number(meters(run)?.succeeded[Attack::CredentialStuffing as usize]))
    }),
    counted("accounts_locked", "Times that an account was locked.", |run| {
        Some(number(meters(run)?.locked))
    }),
    counted("stopped_access", "Attacking requests that rules of access stopped.", |run| {
        stopped(run, Defence::Access)
    }),
    counted("stopped_waf", "Attacking requests that a filter of requests stopped.", |run| {
        stopped(run, Defence::Waf)
    }),
    counted("stopped_input_filter", "Attacking requests that a check of input stopped.", |run| {
        stopped(run, Defence::InputFilter)
    }),
    counted("stopped_prepared", "Payloads that prepared statements made data.", |run| {
        stopped(run, Defence::Prepared)
    }),
    counted(
        "stopped_address_limit",
        "Attacking requests that a limit by address stopped.",
        |run| stopped(run, Defence::AddressLimit),
    ),
    counted("stopped_account_limit", "Attacking log-ins that a limit by account stopped.", |run| {
        stopped(run, Defence::AccountLimit)
    }),
    counted("stopped_lockout", "Attacking log-ins that met a locked account.", |run| {
        stopped(run, Defence::Lockout)
    }),
    counted("stopped_password", "Attacking log-ins with the wrong password.", |run| {
        stopped(run, Defence::Password)
    }),
    counted(
        "stopped_connection_limit",
        "Attacking connections that a limit by address stopped.",
        |run| stopped(run, Defence::ConnectionLimit),
    ),
    counted("honest_blocked", "Honest requests that a defence stopped.", |run| {
        Some(number(meters(run)?.blocked.iter().sum()))
    }),
];
