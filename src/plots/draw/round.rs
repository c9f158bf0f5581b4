//! Round numbers: the steps and ends of scales.

use super::number;

/// The two with room between them, whatever they are.
pub(super) fn apart(low: f64, high: f64) -> (f64, f64) {
    let least = low.abs().max(high.abs()) * 1e-6;
    if high - low > least {
        (low, high)
    } else if least > 0.0 {
        (low - low.abs() * 0.1, high + high.abs() * 0.1)
    } else {
        (0.0, 1.0)
    }
}

/// The least of 1, 2 and 5 times a power of ten that is no less than `step`.
pub(super) fn nice_step(step: f64) -> f64 {
    let unit = power(decade(step));
    [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|factor| factor * unit)
        .find(|nice| *nice >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * unit)
}

/// The nearest 1, 2 or 5 times a power of ten beyond `value`.
pub(super) fn outward(value: f64, up: bool) -> f64 {
    let unit = power(decade(value));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * unit);
    if up {
        steps.into_iter().find(|step| *step >= value * (1.0 - 1e-9)).unwrap_or(10.0 * unit)
    } else {
        steps.into_iter().rfind(|step| *step <= value * (1.0 + 1e-9)).unwrap_or(unit)
    }
}

/// The exponent of the power of ten at or below `value`.
pub(super) fn decade(value: f64) -> i32 {
    libm::floor(libm::log10(value) + 1e-9) as i32
}

/// Ten to the power of `exponent`.
pub(super) fn power(exponent: i32) -> f64 {
    libm::pow(10.0, f64::from(exponent))
}

/// A tick of a log axis in full, or with a power of ten where that would be long.
pub(super) fn decimal(value: f64) -> String {
    if value < 0.999e-4 {
        let exponent = decade(value);
        return format!("{}e−{}", (value / power(exponent)).round(), -exponent);
    }
    number::tick(value, power(decade(value)), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_one_two_or_five() {
        for (step, nice) in [(0.3, 0.5), (1.1, 2.0), (20.0, 20.0), (600.0, 1000.0)] {
            assert!((nice_step(step) / nice - 1.0).abs() < 1e-12, "{step}");
        }
    }

    #[test]
    fn ends_lie_beyond_and_what_is_round_stays() {
        for (value, below, above) in [(3.0, 2.0, 5.0), (70.0, 50.0, 100.0), (0.2, 0.2, 0.2)] {
            assert!((outward(value, false) / below - 1.0).abs() < 1e-12, "{value}");
            assert!((outward(value, true) / above - 1.0).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn very_small_ticks_are_written_with_an_exponent() {
        assert_eq!([decimal(0.001), decimal(2e-6), decimal(5e4)], ["0.001", "2e−6", "50,000"]);
    }
}
