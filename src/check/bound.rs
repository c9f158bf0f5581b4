//! What a number that is told before a run says of the true one.

/// Where the true number lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Bound {
    /// It is this one, as far as is known.
    #[default]
    Exact,
    /// It is this one or more.
    AtLeast,
    /// It is this one or less.
    AtMost,
    /// It may be more or less.
    About,
}

impl Bound {
    /// Where the true number lies if there are both reasons to doubt it.
    pub(super) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exact, bound) | (bound, Self::Exact) => bound,
            (Self::AtLeast, Self::AtLeast) => Self::AtLeast,
            (Self::AtMost, Self::AtMost) => Self::AtMost,
            (Self::AtLeast | Self::AtMost | Self::About, _) => Self::About,
        }
    }

    /// What stands before the number.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::AtLeast => "at least ",
            Self::AtMost => "at most ",
            Self::About => "about ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bound;

    #[test]
    fn a_lower_and_an_upper_bound_together_are_none() {
        assert_eq!(Bound::AtLeast.and(Bound::AtLeast), Bound::AtLeast);
        assert_eq!(Bound::Exact.and(Bound::AtMost), Bound::AtMost);
        assert_eq!(Bound::AtMost.and(Bound::AtLeast), Bound::About);
        assert_eq!(Bound::About.and(Bound::AtMost), Bound::About);
    }
}
