//! Whole texts of small real runs.

use super::*;
use crate::report::sample;

#[test]
fn show() {
    let (results, comparison) = sample::compared();
    println!("{}", compare_table(&sample::provenance(), &results, &comparison, 100, false));
    for text in [sample::PROMISED, sample::OVERLOADED, sample::REFUSING] {
        println!(
            "{}",
            run_table(&sample::provenance(), &sample::run(text, sample::PLAIN), 80, false)
        );
    }
    println!("{}", run_table(&sample::provenance(), &results, 80, true));
    panic!();
}
