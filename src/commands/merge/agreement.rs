//! Whether shards are those of one sweep, each of them once.

use std::fmt::Display;

use super::part::Part;
use crate::commands::exit::CommandError;

/// Makes sure that all are of the sweep that the first one is of.
///
/// # Errors
/// If one is not: which one, and in what it differs.
pub(super) fn same_sweep(parts: &[Part]) -> Result<(), CommandError> {
    let Some((first, others)) = parts.split_first() else { return Ok(()) };
    for other in others {
        let found = differences(other, first);
        if !found.is_empty() {
            return Err(CommandError::Usage(format!(
                "`{}` is a shard of another sweep than `{}`: {}",
                other.folder.display(),
                first.folder.display(),
                found.join("; ")
            )));
        }
    }
    Ok(())
}

/// Makes sure that each shard is there once.
///
/// # Errors
/// If one is there twice, or if some are missing: which ones.
pub(super) fn complete(parts: &[Part]) -> Result<(), CommandError> {
    for (place, part) in parts.iter().enumerate() {
        if let Some(same) = parts[..place].iter().find(|it| it.shard == part.shard) {
            return Err(CommandError::Usage(format!(
                "shard {} of {} is given twice: `{}` and `{}`",
                part.shard.number,
                part.shard.of,
                same.folder.display(),
                part.folder.display()
            )));
        }
    }
    let Some(Part { shard, outline, .. }) = parts.first() else { return Ok(()) };
    let is_there = |number: &usize| parts.iter().any(|part| part.shard.number == *number);
    let missing: Vec<String> =
        (1..=shard.of).filter(|number| !is_there(number)).map(|it| it.to_string()).collect();
    let (command, of) = (&outline.command, shard.of);
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(CommandError::Usage(format!(
            "shard {one} of {of} is missing: give its folder as well, or run \
             `{command} --shard {one}/{of}`"
        ))),
        some => Err(CommandError::Usage(format!(
            "shards {} of {of} are missing: give their folders as well, or run \
             `{command} --shard {}/{of}` and so on",
            some.join(", "),
            some[0]
        ))),
    }
}

/// In what the sweep of one shard differs from that of another.
fn differences(this: &Part, that: &Part) -> Vec<String> {
    let mut found = Vec::new();
    let (a, b) = (&this.provenance, &that.provenance);
    tell("its scenario is", quoted(&a.scenario), quoted(&b.scenario), &mut found);
    if a.digest != b.digest {
        found.push("the text of its scenario differs".to_owned());
    }
    let (c, d) = (&this.outline, &that.outline);
    tell("its sweep is", quoted(&c.sweep), quoted(&d.sweep), &mut found);
    tell("its seed is", a.seed, b.seed, &mut found);
    let (e, f) = (c.header.replications, d.header.replications);
    tell("its number of replications is", e, f, &mut found);
    tell("its number of shards is", this.shard.of, that.shard.of, &mut found);
    tell("its variants are", listed(&c.variants), listed(&d.variants), &mut found);
    let keys = |part: &Part| {
        part.outline.axes.iter().map(|axis| axis.key.clone()).collect::<Vec<String>>()
    };
    tell("it varies", listed(&keys(this)), listed(&keys(that)), &mut found);
    for (own, other) in c.axes.iter().zip(&d.axes).filter(|(own, other)| own.key == other.key) {
        let what = format!("the values of `{}` are", own.key);
        tell(&what, listed(&own.labels), listed(&other.labels), &mut found);
    }
    // What is varied, the seed and the replications are told already.
    if found.is_empty() || told_apart(&a.overlays) != told_apart(&b.overlays) {
        tell("what is set is", listed(&a.overlays), listed(&b.overlays), &mut found);
    }
    if found.is_empty() && c.header.grid != d.header.grid {
        found.push("its points differ".to_owned());
    }
    found
}

/// Notes that something is `own` where it should be `other`.
fn tell<T: PartialEq + Display>(what: &str, own: T, other: T, found: &mut Vec<String>) {
    if own != other {
        found.push(format!("{what} {own}, not {other}"));
    }
}

/// Overlays without those that are compared by what comes of them.
fn told_apart(overlays: &[String]) -> Vec<&String> {
    let is_told = |it: &&String| it.starts_with("seed=") || it.starts_with("replications=");
    overlays.iter().filter(|it| !is_told(it)).collect()
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// Names in a row.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
