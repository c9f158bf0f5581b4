//! What the command shows: a line for each policy, a column for each size.

use super::replays::{Line, Replays};
use super::source::Known;
use crate::evict::Capacity;
use crate::evict::replay::Rule;

/// The tables of misses and, if objects have sizes, of missed bytes; below them what they leave
/// out, and what those are that know the future.
pub(super) fn text(replays: &Replays, known: &Known) -> String {
    let lines = replays.lines();
    let mut text = format!("{} requests for {} objects", known.requests, known.objects());
    if let Some(bytes) = known.footprint() {
        text.push_str(&format!(" of {bytes} bytes together"));
    }
    text.push_str("\n\n");
    text.push_str(&table("miss ratio", &lines, |line| line.miss_ratio));
    if known.has_sizes {
        text.push('\n');
        text.push_str(&table("byte miss ratio", &lines, |line| line.byte_miss_ratio));
    }
    let mut remarks = known.remarks();
    remarks.extend(replays.rules().into_iter().filter_map(|(rule, capacities)| {
        let in_bytes = |it: &Capacity| matches!(it, Capacity::Bytes(_));
        let is_by_size = known.differ() && capacities.iter().any(in_bytes);
        caption(rule, is_by_size)
    }));
    if !remarks.is_empty() {
        text.push_str(&format!("\n{}\n", remarks.join("\n")));
    }
    text
}

/// What a rule that knows the future says of the others, where room may be counted in bytes and
/// objects have different sizes, or not.
fn caption(rule: Rule, is_by_size: bool) -> Option<String> {
    let what = match (rule, is_by_size) {
        (Rule::Belady, false) => {
            "a bound: no policy that has to store what it misses misses fewer requests"
        }
        (Rule::Belady, true) => {
            "a bound for equal sizes only: where room is counted in bytes, as here, others may \
             miss fewer"
        }
        (Rule::BeladySize, _) => "a good choice of who knows the future, and no bound",
        (Rule::Static, false) => {
            "the best content that never changes, without the misses that fill it: no bound where \
             popularity moves"
        }
        (Rule::Static, true) => {
            "the best content that never changes, or nearly, without the misses that fill it: no \
             bound where popularity moves"
        }
        (Rule::Online(_) | Rule::Ttl, _) => return None,
    };
    Some(format!("{}: {what}.", rule.word()))
}

fn table(heading: &str, lines: &[Line], ratio: impl Fn(&Line) -> f64) -> String {
    let first = lines.first().map_or("", |line| line.policy);
    let sizes: Vec<&Line> = lines.iter().filter(|line| line.policy == first).collect();
    let head: Vec<String> = sizes.iter().map(|line| line.size.clone()).collect();
    let capacities = sizes.iter().map(|line| {
        let unit = if line.unit == "bytes" { "B" } else { "" };
        format!("{}{unit}", line.capacity)
    });
    let mut rows = vec![(heading.to_owned(), head), (String::new(), capacities.collect())];
    for line in lines {
        let cell = format!("{:.6}", ratio(line));
        match rows.last_mut() {
            Some((policy, cells)) if policy == line.policy => cells.push(cell),
            _ => rows.push((line.policy.to_owned(), vec![cell])),
        }
    }
    let left = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let width = rows.iter().flat_map(|(_, cells)| cells).map(String::len).max().unwrap_or(0);
    let row = |(name, cells): &(String, Vec<String>)| {
        let cells: String = cells.iter().map(|cell| format!("  {cell:>width$}")).collect();
        format!("{name:<left$}{cells}\n")
    };
    rows.iter().map(row).collect()
}
