//! Pieces of scenario text that the groups share.

use super::experiment::Size;
use crate::time::Span;

/// A length as a scenario writes it, to the nanosecond.
pub(super) fn span(seconds: f64) -> String {
    format!("\"{}\"", Span::from_secs_rounded(seconds))
}

/// A rate as a scenario writes it.
pub(super) fn rate(per_second: f64) -> String {
    format!("\"{per_second}/s\"")
}

/// The exponential law of this mean.
pub(super) fn exponential(mean: f64) -> String {
    format!("{{ exp = {} }}", span(mean))
}

/// The beginning of a steady-state scenario that measures `size` at `per_second` requests per
/// second: everything that stands above the first table. `measure` says what is measured beyond
/// the usual, such as `classes = true`.
pub(super) fn steady(size: &Size, per_second: f64, measure: &[&str]) -> String {
    let (measured, warm_up) = size.seconds(per_second);
    steady_for(measured, warm_up, measure)
}

/// The same for lengths that are known.
pub(super) fn steady_for(measured: f64, warm_up: f64, measure: &[&str]) -> String {
    let measure = [&["node_digits = 3"], measure].concat().join(", ");
    format!(
        "duration = {}\nwarmup = {}\nmeasure = {{ {measure} }}\n",
        span(measured + warm_up),
        span(warm_up),
    )
}

/// A client with Poisson arrivals at `per_second`, which asks `to` for the endpoint `page`.
pub(super) fn poisson(per_second: f64, to: &str) -> String {
    client(&format!("arrivals = {{ poisson = {} }}", rate(per_second)), to)
}

/// A client whose requests come about as `demand` says, which asks `to` for the endpoint `page`.
pub(super) fn client(demand: &str, to: &str) -> String {
    format!("[node.users]\nkind = \"client\"\n{demand}\nmix = {{ page = 1 }}\n[link.users.{to}]\n")
}

/// The endpoint `page` with these steps of work.
pub(super) fn page(work: &str) -> String {
    format!("[endpoint.page]\nwork = [ {work} ]\n")
}

/// A server called `name` with these keys.
pub(super) fn server(name: &str, keys: &str) -> String {
    format!("[node.{name}]\nkind = \"server\"\n{keys}\n")
}

/// Weights as the whole numbers that scenarios take, at most 1000: those whose shares are nearest.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and between 0 and 1000"
)]
pub(super) fn whole_weights(shares: &[f64]) -> Vec<u32> {
    let largest = shares.iter().copied().fold(0.0, f64::max);
    let total: f64 = shares.iter().sum();
    let scaled = |scale: u32| -> Vec<u32> {
        let by = f64::from(scale) / largest;
        shares.iter().map(|share| (share * by).round() as u32).collect()
    };
    let error = |weights: &[u32]| -> f64 {
        let sum: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
        let pairs = weights.iter().zip(shares);
        pairs.map(|(weight, share)| (f64::from(*weight) / sum - share / total).abs()).sum()
    };
    let mut best = scaled(1);
    for scale in 2..=1_000 {
        let weights = scaled(scale);
        if error(&weights) + 1e-12 < error(&best) {
            best = weights;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_to_the_nanosecond() {
        assert_eq!(span(1.0 / 150.0), "\"6.666667ms\"");
        assert_eq!(exponential(0.01), "{ exp = \"10ms\" }");
        assert_eq!(rate(206.524_555_320_336_73), "\"206.52455532033673/s\"");
    }

    #[test]
    fn weights_are_whole_numbers_in_the_proportion_of_the_shares() {
        assert_eq!(whole_weights(&[0.6, 0.4]), [3, 2]);
        assert_eq!(whole_weights(&[0.25; 4]), [1, 1, 1, 1]);
        assert_eq!(whole_weights(&[1.0 / 3.0, 2.0 / 3.0]), [1, 2]);
        assert_eq!(whole_weights(&[0.6, 0.0, 0.4]), [3, 0, 2]);
    }
}
