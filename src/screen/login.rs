//! What the one who logs people in does against guessed and stolen passwords: limits for each
//! address and each account, and accounts that are locked after failures. All of it is asked
//! before the password is hashed: a limit behind the hash would protect nothing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Defence;
use crate::limit::{Decision, Limiter, RateLimitSpec};
use crate::time::{Span, Time};

/// Defences of log-ins, each optional. `key` of the limits is what their names say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LoginDefencesSpec {
    /// How often log-ins may come from an address (429).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_address: Option<RateLimitSpec>,
    /// How often log-ins may come for an account, whoever sends them (429).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_account: Option<RateLimitSpec>,
    /// When an account is locked, for its owner as for everybody else (403).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lockout: Option<LockoutSpec>,
}

/// When an account is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockoutSpec {
    /// After so many failures in a row; a success begins anew.
    #[schemars(range(min = 1))]
    pub failures: u32,
    /// For how long.
    pub length: Span,
}

/// Defences of log-ins, ready to run.
#[derive(Debug, Clone, Default)]
pub struct LoginDefences {
    /// A limit for each address.
    pub per_address: Option<RateLimitSpec>,
    /// A limit for each account.
    pub per_account: Option<RateLimitSpec>,
    /// When accounts are locked.
    pub lockout: Option<LockoutSpec>,
}

/// Why a log-in is not tried at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// What refused it.
    pub by: Defence,
    /// The status that says so.
    pub status: u16,
}

/// What is known of accounts. All replicas of a node know the same, as through a shared store.
#[derive(Debug)]
pub struct Accounts {
    per_address: Option<(Limiter, u16)>,
    per_account: Option<(Limiter, u16)>,
    lockout: Option<LockoutSpec>,
    /// Failures in a row, and until when it is locked, of accounts with failures.
    failed: BTreeMap<u64, (u32, Time)>,
}

impl Accounts {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(defences: &LoginDefences) -> Self {
        let limit = |spec: &Option<RateLimitSpec>| {
            spec.as_ref().map(|spec| (Limiter::new(spec), spec.refused_status()))
        };
        Self {
            per_address: limit(&defences.per_address),
            per_account: limit(&defences.per_account),
            lockout: defences.lockout,
            failed: BTreeMap::new(),
        }
    }

    /// For how long a log-in for `account` that comes now from `address` is held back before its
    /// password is looked at.
    ///
    /// # Errors
    /// If it is refused.
    pub fn admit(&mut self, address: u64, account: u64, now: Time) -> Result<Span, Refusal> {
        if self.is_locked(account, now) {
            return Err(Refusal { by: Defence::Lockout, status: 403 });
        }
        let asked = |limit: &mut Option<(Limiter, u16)>, key, by| {
            let Some((limiter, status)) = limit else { return Ok(Span::ZERO) };
            match limiter.decide(key, now) {
                Decision::Pass => Ok(Span::ZERO),
                Decision::Delay(span) => Ok(span),
                Decision::Reject => Err(Refusal { by, status: *status }),
            }
        };
        let by_address = asked(&mut self.per_address, address, Defence::AddressLimit)?;
        let by_account = asked(&mut self.per_account, account, Defence::AccountLimit)?;
        Ok(by_address.max(by_account))
    }

    fn is_locked(&self, account: u64, now: Time) -> bool {
        self.failed.get(&account).is_some_and(|(_, until)| now < *until)
    }

    /// A password was the right one, or not. Returns whether the account is locked by that.
    pub fn tried(&mut self, account: u64, is_right: bool, now: Time) -> bool {
        let Some(lockout) = self.lockout else { return false };
        if self.is_locked(account, now) {
            // It was being hashed when the account was locked, and changes nothing of that.
            return false;
        }
        if is_right {
            self.failed.remove(&account);
            return false;
        }
        let (failures, until) = self.failed.entry(account).or_insert((0, Time::ZERO));
        *failures += 1;
        if *failures < lockout.failures {
            return false;
        }
        (*failures, *until) = (0, now + lockout.length);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(text: &str) -> Accounts {
        let spec: LoginDefencesSpec = toml::from_str(text).expect(text);
        let LoginDefencesSpec { per_address, per_account, lockout } = spec;
        Accounts::new(&LoginDefences { per_address, per_account, lockout })
    }

    const fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    #[test]
    fn without_defences_nothing_is_refused() {
        let mut accounts = accounts("");
        for n in 0..100 {
            assert_eq!(accounts.admit(1, 1, at(0)), Ok(Span::ZERO));
            assert!(!accounts.tried(1, false, at(n)));
        }
    }

    #[test]
    fn a_limit_per_address_meets_the_address_and_one_per_account_the_account() {
        let limit = "{ rate = \"1/min\", burst = 2 }";
        for (key, by) in
            [("per_address", Defence::AddressLimit), ("per_account", Defence::AccountLimit)]
        {
            let mut accounts = accounts(&format!("{key} = {limit}"));
            let is_address = by == Defence::AddressLimit;
            let mut ask = |n: u64| {
                let (address, account) = if is_address { (1, n) } else { (n, 1) };
                accounts.admit(address, account, at(0)).err()
            };
            assert_eq!([ask(1), ask(2)], [None, None]);
            assert_eq!(ask(3), Some(Refusal { by, status: 429 }));
            let (address, account) = if is_address { (2, 4) } else { (4, 2) };
            assert_eq!(accounts.admit(address, account, at(0)), Ok(Span::ZERO));
        }
    }

    #[test]
    fn what_a_limit_holds_back_waits_for_the_longer_of_both() {
        let limit = |rate: &str| format!("{{ rate = \"{rate}\", burst = 9, profile = \"nginx\" }}");
        let (address, account) = (limit("1/s"), limit("0.5/s"));
        let mut accounts = accounts(&format!("per_address = {address}\nper_account = {account}"));
        assert_eq!(accounts.admit(1, 1, at(0)), Ok(Span::ZERO));
        assert_eq!(accounts.admit(1, 1, at(0)), Ok(Span::from_secs(2)), "by the account");
        assert_eq!(accounts.admit(1, 2, at(0)), Ok(Span::from_secs(2)), "by the address");
    }

    #[test]
    fn an_account_is_locked_after_failures_in_a_row_for_everybody_and_for_a_time() {
        let mut accounts = accounts("lockout = { failures = 3, length = \"60s\" }");
        assert!(!accounts.tried(7, false, at(0)) && !accounts.tried(7, false, at(0)));
        assert!(!accounts.tried(7, true, at(0)), "a success begins anew");
        assert!(!accounts.tried(7, false, at(1)) && !accounts.tried(7, false, at(1)));
        assert!(accounts.tried(7, false, at(1)));
        let locked = Some(Refusal { by: Defence::Lockout, status: 403 });
        assert_eq!(accounts.admit(99, 7, at(60)).err(), locked);
        assert_eq!(accounts.admit(99, 8, at(60)).err(), None, "another account is open");
        assert_eq!(accounts.admit(99, 7, at(61)).err(), None);
    }

    #[test]
    fn what_was_being_hashed_when_an_account_was_locked_changes_nothing() {
        let mut accounts = accounts("lockout = { failures = 2, length = \"60s\" }");
        assert!(!accounts.tried(7, false, at(0)) && accounts.tried(7, false, at(0)));
        let locked = Some(Refusal { by: Defence::Lockout, status: 403 });
        assert!(!accounts.tried(7, true, at(1)));
        assert_eq!(accounts.admit(99, 7, at(2)).err(), locked, "a success does not open it");
        assert!(!accounts.tried(7, false, at(1)));
        assert_eq!(accounts.admit(99, 7, at(60)).err(), None);
        assert!(!accounts.tried(7, false, at(60)), "the failure before is not counted");
        assert!(accounts.tried(7, false, at(60)));
    }
}
