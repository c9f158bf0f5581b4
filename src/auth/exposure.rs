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

/// The mean where a deny-list takes effect `lag` after the theft: E min(R, d) for a rest of life R
/// that is uniform over the lifetime.
#[must_use]
pub const fn with_deny_list(lifetime: f64, lag: f64) -> f64 {
    if lag >= lifetime { lifetime / 2.0 } else { lag - lag * lag / (2.0 * lifetime) }
}

/// The mean where the theft is discovered after an exponential time of this mean and the deny-list
/// takes effect `lag` after that: E min(R, X + d).
#[must_use]
pub fn until_discovery(lifetime: f64, mean: f64, lag: f64) -> f64 {
    let rest = (lifetime - lag).max(0.0);
    let late = mean / lifetime * (rest - mean * (1.0 - libm::exp(-rest / mean)));
    with_deny_list(lifetime, lag) + late
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_fifteen_minutes_are_exposed_as_published() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-8, "{found}");
        close(until_expiry(900.0, 0.0), 450.0);
        close(longest(900.0, 60.0), 960.0);
        close(with_deny_list(900.0, 60.0), 58.0);
        close(with_deny_list(900.0, 1_000.0), 450.0);
        close(until_discovery(900.0, 600.0, 0.0), 289.252_064_059);
        // Who notices at once, or too late, leaves the lag or nothing to decide.
        close(until_discovery(900.0, 1e-9, 60.0), 58.0);
        close(until_discovery(900.0, 600.0, 900.0), 450.0);
    }
}
