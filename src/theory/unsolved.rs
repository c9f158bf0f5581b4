//! Why theory has no answer.

use thiserror::Error;

/// Why a formula does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum Unsolved {
    /// More work arrives than can be done, so that there is no steady state.
    #[error("the offered load is {load:.3} of the capacity: the queue grows without limit")]
    Overloaded {
        /// Offered work over capacity, at least 1.
        load: f64,
    },
    /// A parameter makes no sense.
    #[error("{what} must be a positive number, not {value}")]
    NotPositive {
        /// What the parameter is.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// The recursion would take too long.
    #[error("{states} states are too many to solve")]
    TooLarge {
        /// How many states there are.
        states: u64,
    },
    /// There is neither an exact formula nor an approximation worth printing.
    #[error("no formula is known for this station")]
    NoFormula,
}

impl Unsolved {
    /// `value`, if it is a positive number; `what` names it otherwise.
    pub(super) fn unless_positive(what: &'static str, value: f64) -> Result<f64, Self> {
        let sound = value > 0.0 && value.is_finite();
        if sound { Ok(value) } else { Err(Self::NotPositive { what, value }) }
    }

    /// `value`, if it is a number and not negative; `what` names it otherwise.
    pub(super) fn if_negative(what: &'static str, value: f64) -> Result<f64, Self> {
        let sound = value >= 0.0 && value.is_finite();
        if sound { Ok(value) } else { Err(Self::NotPositive { what, value }) }
    }

    /// `load`, if it is below 1.
    pub(super) fn if_overloaded(load: f64) -> Result<f64, Self> {
        if load < 1.0 { Ok(load) } else { Err(Self::Overloaded { load }) }
    }
}

#[cfg(test)]
mod tests {
    use crate::theory::MMc;

    #[test]
    fn an_overload_says_by_how_much() {
        let error = MMc::new(250.0, 100.0, 2).expect_err("250/s into 200/s");
        let text = "the offered load is 1.250 of the capacity: the queue grows without limit";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_senseless_parameter_is_named() {
        for (rate, service, servers, said) in [
            (0.0, 1.0, 1, "the arrival rate"),
            (f64::NAN, 1.0, 1, "the arrival rate"),
            (1.0, -1.0, 1, "the service rate"),
            (1.0, 2.0, 0, "the number of servers"),
        ] {
            let error = MMc::new(rate, service, servers).expect_err(said);
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
