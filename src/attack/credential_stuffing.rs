//! Credential stuffing: log-ins with pairs of name and password that were stolen elsewhere, of
//! which a few work here because people use passwords twice; with several passwords for each
//! account, guessing. The list is gone through from its beginning to its end, again and again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The list of an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StuffingSpec {
    /// How many accounts it names: those numbered from 0.
    #[schemars(range(min = 1))]
    pub accounts: u64,
    /// For how many of them the right password is on the list, spread evenly over it.
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
    #[must_use]
    pub const fn guess(&self, ordinal: u64) -> Guess {
        let place = ordinal % (self.accounts * self.tries);
        let (account, number) = (place / self.tries, place % self.tries);
        let is_right = number == self.tries / 2 && self.is_valid(account);
        Guess { account, is_right }
    }

    /// Whether the right password of an account is on the list: so many of them, spread evenly.
    #[must_use]
    pub const fn is_valid(&self, account: u64) -> bool {
        (account + 1) * self.valid / self.accounts > account * self.valid / self.accounts
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
            let right = (0..accounts * tries).filter(|n| plan.guess(*n).is_right).count() as u64;
            assert_eq!(right, valid, "{plan:?}");
            assert_eq!(plan.guess(accounts * tries), plan.guess(0), "it begins anew");
        }
    }

    #[test]
    fn all_passwords_of_an_account_come_after_one_another_the_right_one_in_the_middle() {
        let plan = StuffingPlan { accounts: 2, valid: 2, tries: 5 };
        let guesses: Vec<_> = (0..10).map(|n| plan.guess(n)).collect();
        let accounts: Vec<_> = guesses.iter().map(|guess| guess.account).collect();
        assert_eq!(accounts, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
        let right: Vec<_> = (0..10).filter(|n| guesses[*n].is_right).collect();
        assert_eq!(right, [2, 7]);
    }
}
