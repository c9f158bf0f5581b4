//! Drawing from a finite table of weights in constant time, from one 64-bit draw.
//!
//! The table holds one cell per entry; a draw names a cell and a position in it, and each cell is
//! shared by at most two entries. Walker, "An efficient method for generating discrete random
//! variables with general distributions", TOMS 3 (1977); built in linear time as in Vose, "A
//! linear algorithm for generating random numbers with a given distribution", IEEE TSE 17 (1991).

/// The most entries that a table holds: 2^24, which is 128 MiB of cells.
pub const MAX_ENTRIES: usize = 1 << 24;

/// A table to draw the entries 0, 1, 2... with given weights.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasTable {
    cells: Box<[Cell]>,
}

/// One cell: its own entry below the threshold, another at or above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    /// The share of the cell's own entry, in units of 2^-32.
    threshold: u32,
    /// The entry that has the rest: the cell's own if it has the whole cell.
    alias: u32,
}

impl AliasTable {
    /// The table for weights that [`total`] accepts.
    ///
    /// # Panics
    /// If there is no weight or more than [`MAX_ENTRIES`], or if `total` refuses them.
    #[must_use]
    pub fn new(weights: &[f64]) -> Self {
        let sum = total(weights).expect("the caller has checked the weights");
        assert!(weights.len() <= MAX_ENTRIES, "more than {MAX_ENTRIES} entries");
        let count = to_float(weights.len());
        // Dividing first keeps the smallest and the largest weights within the range of floats.
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / sum * count).collect();
        let entries = 0..u32::try_from(weights.len()).expect("at most MAX_ENTRIES");
        let mut cells: Vec<Cell> =
            entries.clone().map(|own| Cell { threshold: u32::MAX, alias: own }).collect();
        let (mut poor, mut rich): (Vec<u32>, Vec<u32>) =
            entries.partition(|entry| shares[*entry as usize] < 1.0);
        while let (Some(low), Some(high)) = (poor.pop(), rich.last().copied()) {
            let share = shares[low as usize];
            cells[low as usize] = Cell { threshold: threshold(share), alias: high };
            shares[high as usize] -= 1.0 - share;
            if shares[high as usize] < 1.0 {
                poor.extend(rich.pop());
            }
        }
        // Rounding may leave entries over; their share is 1 but for that, and so it stays.
        Self { cells: cells.into() }
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no entries: never, but asked for together with [`len`](Self::len).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The entry that 64 uniform random bits choose. The upper half of their product with the
    /// number of cells names the cell, with a bias below 2^-40; the lower half is the position
    /// in it, of which 32 bits are used, so that a probability is off by at most 2^-33 of a cell.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "the halves of the product are meant")]
    pub fn pick(&self, bits: u64) -> u32 {
        let product = u128::from(bits) * self.cells.len() as u128;
        let (own, position) = ((product >> 64) as u32, (product >> 32) as u32);
        let cell = self.cells[own as usize];
        if position < cell.threshold { own } else { cell.alias }
    }
}

/// The sum of the weights, or a sentence that says why they are none.
///
/// # Errors
/// If a weight is negative, infinite or not a number, or if they sum to zero or to infinity.
pub fn total(weights: &[f64]) -> Result<f64, String> {
    if weights.iter().any(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return Err("a weight is a number of at least 0".to_owned());
    }
    let sum: f64 = weights.iter().sum();
    match sum {
        _ if sum <= 0.0 => Err("at least one weight is above 0".to_owned()),
        _ if sum.is_finite() => Ok(sum),
        _ => Err("the sum of the weights is too large".to_owned()),
    }
}

/// A share below 1 in units of 2^-32, rounded.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate, and a share is from 0 to 1"
)]
fn threshold(share: f64) -> u32 {
    (share * 4_294_967_296.0 + 0.5) as u32
}

#[allow(clippy::cast_precision_loss, reason = "at most 2^24 entries")]
fn to_float(entries: usize) -> f64 {
    entries as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::mix;

    /// The probability of each entry as the cells hold it.
    fn probabilities(table: &AliasTable) -> Vec<f64> {
        let mut shares = vec![0.0; table.len()];
        for (own, cell) in table.cells.iter().enumerate() {
            let below = f64::from(cell.threshold) / 4_294_967_296.0;
            shares[own] += below;
            shares[cell.alias as usize] += 1.0 - below;
        }
        shares.iter().map(|share| share / to_float(table.len())).collect()
    }

    #[test]
    fn the_cells_hold_the_weights() {
        for count in [1_u32, 2, 3, 10, 1_000, 65_537] {
            let weights: Vec<f64> = (0..count).map(|i| 1.0 / f64::from(i + 1)).collect();
            let sum = total(&weights).unwrap();
            let held = probabilities(&AliasTable::new(&weights));
            for (entry, (share, weight)) in held.iter().zip(&weights).enumerate() {
                let error = (share - weight / sum).abs();
                assert!(error < 1e-8 * weight / sum, "entry {entry} of {count}: {error}");
            }
        }
    }

    #[test]
    fn draws_have_the_weights_frequencies() {
        let weights = [1.0, 0.0, 5.0, 2.0, 2.0];
        let table = AliasTable::new(&weights);
        let mut counts = [0.0; 5];
        for draw in 0..100_000 {
            counts[table.pick(mix(draw)) as usize] += 1.0;
        }
        let chi_squared: f64 = [0, 2, 3, 4]
            .map(|i: usize| (counts[i] - weights[i] * 1e4, weights[i] * 1e4))
            .iter()
            .map(|(error, expected)| error * error / expected)
            .sum();
        assert!(chi_squared < 16.27, "p < 0.001 with 3 degrees of freedom: {chi_squared}");
    }

    #[test]
    fn extreme_weights_keep_their_ratio() {
        for unit in [1e-310, 1e307] {
            let held = probabilities(&AliasTable::new(&[unit, 3.0 * unit]));
            assert!((held[0] - 0.25).abs() < 1e-9, "{unit}: {held:?}");
        }
    }

    #[test]
    fn an_entry_without_weight_is_never_drawn() {
        let table = AliasTable::new(&[0.0, 1.0, 0.0]);
        let picked = [0, 1, 1 << 32, u64::MAX / 3, u64::MAX].map(|bits| table.pick(bits));
        assert_eq!(picked, [1; 5]);
    }

    #[test]
    fn the_first_draws_are_pinned() {
        let table = AliasTable::new(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0]);
        let picked: Vec<u32> = (0..12).map(|draw| table.pick(mix(draw))).collect();
        assert_eq!(picked, [0, 2, 5, 0, 4, 4, 4, 0, 5, 3, 0, 1]);
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for (weights, said) in [
            (&[][..], "above 0"),
            (&[0.0, 0.0], "above 0"),
            (&[1.0, -0.1], "at least 0"),
            (&[f64::NAN], "at least 0"),
            (&[f64::INFINITY], "at least 0"),
            (&[1e308, 1e308], "too large"),
        ] {
            let error = total(weights).expect_err("no weights");
            assert!(error.contains(said), "{weights:?}: {error}");
        }
    }
}
