//! How long a stolen credential works, in closed form: what the measured exposure stands beside.

/// The mean time for which a token works that is stolen at any moment of its life alike, where
/// nothing takes it back: half of its life, and the leeway.
#[must_use]
pub const fn until_expiry(lifetime: f64, leeway: f64) -> f64 {
    lifetime / 2.0 + leeway
}

/// The longest such time.
#[must_use]
pub const fn longest(lifetime: f64, leeway: f64) -> f64 {
    lifetime + leeway
}

/// The mean where a deny-list takes effect `lag` after the theft: E min(R + l, d) for a rest of
/// life R that is uniform over the lifetime, and a leeway of l.
#[must_use]
pub const fn with_deny_list(lifetime: f64, leeway: f64, lag: f64) -> f64 {
    let beyond = (lag - leeway).max(0.0);
    if beyond >= lifetime {
        return until_expiry(lifetime, leeway);
    }
    lag - beyond * beyond / (2.0 * lifetime)
}

/// The mean where the theft is discovered after an exponential time of this mean and the deny-list
/// takes effect `lag` after that: E min(R + l, X + d).
#[must_use]
pub fn until_discovery(lifetime: f64, leeway: f64, mean: f64, lag: f64) -> f64 {
    // What is left of the life when the list takes effect is from `least` to `most`.
    let (least, most) = ((leeway - lag).max(0.0), (lifetime + leeway - lag).max(0.0));
    let both = libm::exp(-least / mean) - libm::exp(-most / mean);
    let late = mean / lifetime * (most - least - mean * both);
    with_deny_list(lifetime, leeway, lag) + late
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_fifteen_minutes_are_exposed_as_published() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-8, "{found}");
        close(until_expiry(900.0, 0.0), 450.0);
        close(longest(900.0, 60.0), 960.0);
        close(with_deny_list(900.0, 0.0, 60.0), 58.0);
        close(with_deny_list(900.0, 0.0, 1_000.0), 450.0);
        close(until_discovery(900.0, 0.0, 600.0, 0.0), 289.252_064_059);
        // Who notices at once, or too late, leaves the lag or nothing to decide.
        close(until_discovery(900.0, 0.0, 1e-9, 60.0), 58.0);
        close(until_discovery(900.0, 0.0, 600.0, 900.0), 450.0);
    }

    /// The mean of `of` over rests of life that are spread evenly over the lifetime.
    fn mean_over(lifetime: f64, of: impl Fn(f64) -> f64) -> f64 {
        let rests = (0..100_000).map(|n| (f64::from(n) + 0.5) / 1e5 * lifetime);
        rests.map(of).sum::<f64>() / 1e5
    }

    #[test]
    fn the_leeway_is_a_part_of_the_life() {
        for (leeway, lag) in [(60.0_f64, 30.0_f64), (60.0, 100.0), (60.0, 700.0), (0.0, 30.0)] {
            let denied = mean_over(600.0, |rest| lag.min(rest + leeway));
            let found = with_deny_list(600.0, leeway, lag);
            assert!((found - denied).abs() < 1e-3, "{leeway}, {lag}: {found}, not {denied}");
            // E min(x, D) for an exponential D of mean m is m (1 - e^(-x/m)).
            let discovered = mean_over(600.0, |rest| {
                let late = (rest + leeway - lag).max(0.0);
                lag.min(rest + leeway) + 100.0 * (1.0 - libm::exp(-late / 100.0))
            });
            let found = until_discovery(600.0, leeway, 100.0, lag);
            assert!((found - discovered).abs() < 1e-3, "{leeway}, {lag}: {found}");
        }
    }
}
