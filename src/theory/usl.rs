//! The Universal Scalability Law: what n units do together when they get in each other's way.
//!
//! Gunther, "Guerrilla Capacity Planning" (2007), chapter 4; Amdahl's law if nothing but
//! contention is in the way.

use super::unsolved::Unsolved;

/// How units get in each other's way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usl {
    contention: f64,
    coherency: f64,
}

impl Usl {
    /// The law with `contention` (the serial share, sigma) and `coherency` (the cost of keeping
    /// each pair consistent, kappa), both 0 if capacity is proportional to units.
    ///
    /// # Errors
    /// If one is negative or no number.
    pub fn new(contention: f64, coherency: f64) -> Result<Self, Unsolved> {
        Unsolved::if_negative("the contention", contention)?;
        Unsolved::if_negative("the coherency", coherency)?;
        Ok(Self { contention, coherency })
    }

    /// The capacity of `n` units in units:
    /// C(n) = n / (1 + contention (n - 1) + coherency n (n - 1)).
    #[must_use]
    pub fn capacity(&self, n: u32) -> f64 {
        let n = f64::from(n);
        n / (1.0 + (n - 1.0) * (self.contention + self.coherency * n))
    }

    /// Where capacity is largest if units could be divided; `None` if it never falls.
    #[must_use]
    pub fn peak(&self) -> Option<f64> {
        let falls = self.coherency > 0.0;
        falls.then(|| ((1.0 - self.contention).max(0.0) / self.coherency).sqrt())
    }

    /// The whole number of units, at least 1, whose capacity is largest; `None` if it never
    /// falls.
    #[must_use]
    pub fn best(&self) -> Option<u32> {
        let below = (self.peak()?.floor().min(f64::from(u32::MAX - 1)) as u32).max(1);
        let falls = self.capacity(below) >= self.capacity(below + 1);
        Some(if falls { below } else { below + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{MMc, cases};

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("universal scalability law", &[], |case| {
            let unit = case.number("gamma");
            let law = Usl::new(case.number("sigma"), case.number("kappa")).expect("positive");
            let best = law.best().expect("it falls");
            let of_8 = unit * law.capacity(8);
            let loaded = MMc::new(0.8 * of_8, of_8, 1).expect("stable").means();
            let mut values = cases::named([
                ("n_at_peak_real", law.peak().expect("it falls")),
                ("best_integer_n", f64::from(best)),
                ("peak_capacity_integer", unit * law.capacity(best)),
                ("mm1_W_at_80pct_of_n8", loaded.sojourn),
            ]);
            for n in [1, 2, 4, 8, 16, 32, 64, 128] {
                values.push((format!("capacity_n{n}"), unit * law.capacity(n)));
            }
            values
        });
    }

    #[test]
    fn without_coherency_capacity_never_falls() {
        let amdahl = Usl::new(0.05, 0.0).expect("positive");
        assert_eq!((amdahl.peak(), amdahl.best()), (None, None));
        assert!((amdahl.capacity(1_000_000) - 20.0).abs() < 1e-3);
    }

    #[test]
    fn units_that_only_hinder_each_other_are_best_alone() {
        assert_eq!(Usl::new(1.5, 0.1).expect("positive").best(), Some(1));
    }
}
