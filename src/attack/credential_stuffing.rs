//! Credential stuffing: log-ins with pairs of name and password that were stolen elsewhere, of
//! which a few work here because people use passwords twice; with several passwords for each
//! account, guessing. The list is gone through from its beginning to its end, again and again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rng::{Key, Purpose, below};

const RIGHT: Purpose = Purpose::named("right password");

/// The list of an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StuffingSpec {
    /// How many accounts it names: those numbered from 0.
    #[schemars(range(min = 1))]
    pub accounts: u64,
    /// For how many of them the right password is on the list: one, drawn at random, of each
    /// stretch of as many accounts as there are for one of these.
    pub valid: u64,
    /// How many passwords it has for each; 1 by default. The right one, if it is there, stands in
    /// the middle.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub tries: u64,
}

const fn one() -> u64 {
    1
}

/// The same, ready to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StuffingPlan {
    /// Accounts on the list.
    pub accounts: u64,
    /// How many of them it has the right password for.
    pub valid: u64,
    /// Passwords for each.
    pub tries: u64,
}

/// One log-in of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The account.
    pub account: u64,
    /// Whether the password is the right one.
    pub is_right: bool,
}

impl StuffingPlan {
    /// The guess of the request with this ordinal: all passwords of an account after one another.
    /// `key` is that of the list.
    #[must_use]
    pub fn guess(&self, ordinal: u64, key: Key) -> Guess {
        let place = ordinal % (self.accounts * self.tries);
        let (account, number) = (place / self.tries, place % self.tries);
        let is_right = number == self.tries / 2 && self.is_valid(account, key);
        Guess { account, is_right }
    }

    /// Whether the right password of an account is on the list. The list is cut into `valid`
    /// stretches as long as each other, and in each it is that of one account. Which one is drawn:
    /// at equal distances they would keep step with a limit that lets every so manyth guess
    /// through.
    #[must_use]
    pub fn is_valid(&self, account: u64, key: Key) -> bool {
        if self.valid == 0 {
            return false;
        }
        let stretch = account * self.valid / self.accounts;
        let start = |stretch: u64| (stretch * self.accounts).div_ceil(self.valid);
        let (from, to) = (start(stretch), start(stretch + 1));
        account == from + below(to - from, key.with(stretch).bits(RIGHT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_as_many_right_passwords_as_it_says() {
        for (accounts, valid, tries) in
            [(1_000, 20, 1), (1_000, 20, 7), (10, 10, 1), (10, 0, 3), (7, 3, 2)]
        {
            let plan = StuffingPlan { accounts, valid, tries };
            for key in (0..20).map(Key) {
                let is_right = |n: &u64| plan.guess(*n, key).is_right;
                let right = (0..accounts * tries).filter(is_right).count() as u64;
                assert_eq!(right, valid, "{plan:?}");
                let again = plan.guess(accounts * tries, key);
                assert_eq!(again, plan.guess(0, key), "it begins anew");
            }
        }
    }

    #[test]
    fn who_hears_of_every_hundredth_account_hears_of_a_hundredth_of_those_with_a_right_password() {
        let plan = StuffingPlan { accounts: 10_000, valid: 100, tries: 1 };
        let heard = |key| (0..10_000).step_by(100).filter(|n| plan.guess(*n, key).is_right).count();
        let all: usize = (0..1_000).map(|key| heard(Key(key))).sum();
        // A thousand times a hundred, each right one in a hundred times: 1,000, within four
        // standard deviations of it.
        assert!(all.abs_diff(1_000) < 127, "{all}");
    }

    #[test]
    fn all_passwords_of_an_account_come_after_one_another_the_right_one_in_the_middle() {
        let plan = StuffingPlan { accounts: 2, valid: 2, tries: 5 };
        let guesses: Vec<_> = (0..10).map(|n| plan.guess(n, Key(1))).collect();
        let accounts: Vec<_> = guesses.iter().map(|guess| guess.account).collect();
        assert_eq!(accounts, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
        let right: Vec<_> = (0..10).filter(|n| guesses[*n].is_right).collect();
        assert_eq!(right, [2, 7]);
    }
}
