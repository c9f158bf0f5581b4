//! Random bits: keyed draws, and draws of a stream.

use lindley::rng::{Key, Purpose, open_unit};
use rand::Rng;

use crate::timing::{cost, head, show};

const DRAWS: u64 = 2_000_000;

/// Each way to draw.
pub fn all() {
    head("draws: 64 random bits");
    let purpose = Purpose::named("demand");
    let root = Key::root(1, 0);
    show(
        "keyed: a part's key, and its bits",
        cost(DRAWS, || (0..DRAWS).fold(0, |sum, n| sum ^ root.with(n).bits(purpose))),
    );
    show(
        "keyed: bits of a key",
        cost(DRAWS, || (0..DRAWS).fold(0, |sum, n| sum ^ Key(n).bits(purpose))),
    );
    let mut stream = root.stream("app", "coin");
    show("streamed", cost(DRAWS, || (0..DRAWS).fold(0, |sum, _| sum ^ stream.next_u64())));
    show(
        "streamed, as a number from 0 to 1",
        cost(DRAWS, || (0..DRAWS).fold(0.0, |sum, _| sum + open_unit(stream.next_u64()))),
    );
    show(
        "a new stream",
        cost(DRAWS / 100, || {
            (0..DRAWS / 100).fold(0, |sum, n| sum ^ root.with(n).stream("app", "x").next_u64())
        }),
    );
}
