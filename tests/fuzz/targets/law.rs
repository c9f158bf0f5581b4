//! Whatever text is given as a distribution of durations or sizes is refused, or gives a law: its
//! samples are numbers that are not negative, and written again it reads as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lindley::dist::{Dist, Measure};
use lindley::rng::{Key, Purpose};
use lindley::time::Span;
use lindley::unit::Bytes;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Written<Q: Measure> {
    law: Dist<Q>,
}

fn judge<Q: Measure>(words: &str) {
    let Ok(written) = toml::from_str::<Written<Q>>(words) else { return };
    let again = toml::to_string(&written).expect("what was read can be written");
    let read = toml::from_str::<Written<Q>>(&again).expect("what was written can be read");
    assert_eq!(read, written);
    let mut no_files = |path: &str| Err(format!("cannot read `{path}`"));
    let Ok(law) = written.law.law(&mut no_files) else { return };
    let mut draws = Key::root(1, 0).draws(Purpose::named("fuzz"));
    for _ in 0..50 {
        let sample = law.draw::<Q, _>(&mut draws).base();
        assert!(sample >= 0.0, "{sample} of {words}");
    }
    assert!(!(law.mean() < 0.0), "{} of {words}", law.mean());
}

fuzz_target!(|words: &str| {
    judge::<Span>(words);
    judge::<Bytes>(words);
});
