//! Numbers as people read them on an axis.

/// A number in full with as many decimals as `step` needs, thousands apart by commas; if the axis
/// goes up to `top` of a million or more, in M or G.
pub(crate) fn tick(value: f64, step: f64, top: f64) -> String {
    let (value, step, suffix) = match top {
        large if large >= 1e9 => (value / 1e9, step / 1e9, "G"),
        large if large >= 1e6 => (value / 1e6, step / 1e6, "M"),
        _ => (value, step, ""),
    };
    if step < 1e-5 {
        return if value.abs() < step / 2.0 {
            "0".to_owned()
        } else {
            signed(format!("{value:e}"))
        };
    }
    let decimals = (0..6).find(|places| whole(step, *places)).unwrap_or(6);
    let text = grouped(&format!("{value:.decimals$}"));
    if text.bytes().all(|byte| b"-0.".contains(&byte)) { "0".to_owned() } else { text + suffix }
}

/// A number in three significant digits: `0.0123`, `4.57`, `1,230`, `45.6k`, `7.89M`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned();
    }
    let (scaled, suffix) = match size {
        _ if size < 9.995e-5 => return signed(format!("{value:.1e}")),
        _ if size < 9_999.5 => (value, ""),
        _ if size < 999_500.0 => (value / 1e3, "k"),
        _ if size < 999.5e6 => (value / 1e6, "M"),
        _ => (value / 1e9, "G"),
    };
    let magnitude = libm::floor(libm::log10(scaled.abs() * (1.0 + 5e-4))) as i32;
    let decimals = (2 - magnitude).max(0) as usize;
    grouped(&format!("{scaled:.decimals$}")) + suffix
}

/// Whether `step` needs no more than `places` decimals.
fn whole(step: f64, places: usize) -> bool {
    let scaled = (0..places).fold(step, |scaled, _| scaled * 10.0);
    (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
}

/// Puts commas between the thousands of the whole part, and a true minus sign.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped = grouped + "." + fraction;
    }
    if whole.starts_with('-') { format!("−{grouped}") } else { grouped }
}

fn signed(text: String) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_show_the_decimals_of_their_step() {
        for (value, step, top, text) in [
            (0.0, 0.2, 1.0, "0"),
            (0.6, 0.2, 1.0, "0.6"),
            (1.0, 0.2, 1.0, "1.0"),
            (0.05, 0.05, 0.2, "0.05"),
            (1_500.0, 500.0, 2e3, "1,500"),
            (20_000.0, 10_000.0, 5e4, "20,000"),
            (500_000.0, 500_000.0, 3e6, "0.5M"),
            (3e9, 1e9, 5e9, "3G"),
            (-40.0, 20.0, 40.0, "−40"),
            (2e-6, 1e-6, 5e-6, "2e−6"),
        ] {
            assert_eq!(tick(value, step, top), text);
        }
    }

    #[test]
    fn short_numbers_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.012_34, "0.0123"),
            (0.999_9, "1.00"),
            (4.567, "4.57"),
            (45.67, "45.7"),
            (456.7, "457"),
            (1_234.0, "1,234"),
            (45_600.0, "45.6k"),
            (999_600.0, "1.00M"),
            (-7_890_000.0, "−7.89M"),
            (0.000_012, "1.2e−5"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
