//! Which machine is cheapest from which load on, in sentences.

use super::super::failures;
use super::{PlanCell, PlanRun, PlanTable, Unshown};
use crate::stats::MIN_REPLICATIONS;

/// A difference of costs below half a per cent is told with a digit more.
const SMALL: f64 = 0.005;
/// So many loads with few data are each named.
const EACH: usize = 3;

/// A sentence or two for each variant: which machine is cheapest up to which load, between which
/// two loads that changes, by how much at each of the two, where nothing meets the objectives, and
/// where many requests fail although they are met.
#[must_use]
pub fn plan_sentences(table: &PlanTable) -> Vec<String> {
    let variants = table.variants();
    let is_one = variants.len() == 1;
    let of = |name: &&str| {
        let told = of_variant(table, name);
        if is_one { told } else { format!("{name}: {told}") }
    };
    variants.iter().map(of).collect()
}

/// A stretch of loads at which the same machines are cheapest; none where nothing will do.
struct Stretch {
    machines: Vec<usize>,
    first: usize,
    last: usize,
}

fn of_variant(table: &PlanTable, variant: &str) -> String {
    let stretches = stretches(table, variant);
    let last = table.loads.len() - 1;
    let told = |it| part(table, variant, it, last) + &from_few(table, variant, it);
    let parts: Vec<String> = stretches.iter().map(told).collect();
    let mut text = format!("{}.", parts.join("; "));
    for (before, after) in stretches.iter().zip(stretches.iter().skip(1)) {
        let (from, to) = (table.load(before.last), table.load(after.first));
        let sides = [(before, before.last), (after, after.first)]
            .map(|(stretch, load)| lead(table, variant, stretch, load));
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        text.push_str(&format!(" It changes between {from} and {to}"));
        if !sides.is_empty() {
            text.push_str(&format!(": {}", sides.join(", ")));
        }
        text.push('.');
    }
    if let [only] = stretches.as_slice() {
        let ends = if only.first == only.last { vec![only.first] } else { vec![0, last] };
        let sides: Vec<String> =
            ends.into_iter().filter_map(|load| lead(table, variant, only, load)).collect();
        if !sides.is_empty() {
            let mut sides = sides.join(", ");
            sides[..1].make_ascii_uppercase();
            text.push_str(&format!(" {sides}."));
        }
    }
    text + &unshown(table, variant) + &failing(table, variant)
}

/// Where many requests fail at what is cheapest, as a sentence.
fn failing(table: &PlanTable, variant: &str) -> String {
    let cheapest = |it: &&PlanCell| it.variant == variant && table.is_cheapest(it);
    let cells: Vec<&PlanCell> = table.cells.iter().filter(cheapest).collect();
    let runs = || cells.iter().filter_map(|it| Some((*it, it.enough.as_ref()?)));
    let places = runs().map(|(cell, run)| {
        let at = format!("{} on `{}`", table.load(cell.load), table.machines[cell.machine]);
        (at, run.failing())
    });
    let is_minded = runs().all(|(_, run)| run.minds_failures);
    let told = failures(&places.collect::<Vec<_>>(), "the objectives", is_minded);
    told.map_or_else(String::new, |told| format!(" But {told}."))
}

/// Why nothing can be shown to meet the objectives, where it cannot.
fn unshown(table: &PlanTable, variant: &str) -> String {
    let nowhere = table.cells.iter().filter(|it| it.variant == variant && it.enough.is_none());
    let unclear = nowhere.filter_map(|it| it.below.as_ref()).filter(|it| it.nearness() > 0);
    match unclear.filter_map(|it| it.unshown).min() {
        None => String::new(),
        Some(Unshown::NoInterval) => format!(
            " There are intervals from {MIN_REPLICATIONS} replications on, and nothing is shown \
             without."
        ),
        Some(Unshown::AllSucceed) => {
            " That all requests succeed is never shown, however few fail.".to_owned()
        }
    }
}

/// At which loads of a stretch what is said rests on few data, in brackets.
fn from_few(table: &PlanTable, variant: &str, stretch: &Stretch) -> String {
    let is_few = |it: &PlanRun| it.is_few(&table.objectives);
    let here = |load: &usize| cells(table, variant, *load).flat_map(PlanCell::runs).any(is_few);
    let few: Vec<usize> = (stretch.first..=stretch.last).filter(here).collect();
    let labels: Vec<String> = few.iter().map(|load| table.load(*load)).collect();
    match few.len() {
        0 => String::new(),
        all if all == stretch.last - stretch.first + 1 => " (from few data)".to_owned(),
        1..=EACH => format!(" (from few data at {})", labels.join(", ")),
        count => format!(" (from few data at {count} of these loads)"),
    }
}

/// The stretches of a variant, from the smallest load on.
fn stretches(table: &PlanTable, variant: &str) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for load in 0..table.loads.len() {
        let here = cells(table, variant, load);
        let machines: Vec<usize> =
            here.filter(|it| table.is_cheapest(it)).map(|it| it.machine).collect();
        match found.last_mut().filter(|it| it.machines == machines) {
            Some(stretch) => stretch.last = load,
            None => found.push(Stretch { machines, first: load, last: load }),
        }
    }
    found
}

fn cells<'t>(
    table: &'t PlanTable,
    variant: &'t str,
    load: usize,
) -> impl Iterator<Item = &'t PlanCell> {
    table.cells.iter().filter(move |it| it.variant == variant && it.load == load)
}

/// What is cheapest in a stretch, of which the last load of all is `last`.
fn part(table: &PlanTable, variant: &str, stretch: &Stretch, last: usize) -> String {
    let (from, to) = (table.load(stretch.first), table.load(stretch.last));
    let every = if stretch.machines.is_empty() { "any" } else { "every" };
    let place = match (stretch.first, stretch.last) {
        (0, end) if end == last => format!("at {every} load of this plan"),
        (start, end) if start == end => format!("at {from}"),
        (0, _) => format!("up to {to}"),
        (_, end) if end == last => format!("from {from} on"),
        _ => format!("from {from} to {to}"),
    };
    let most = table.replicas.last().copied().unwrap_or(0);
    match stretch.machines.as_slice() {
        [] => {
            let within = stretch.first..=stretch.last;
            let here: Vec<&PlanCell> =
                within.flat_map(|load| cells(table, variant, load)).collect();
            let verb = if here.iter().all(|it| is_sure(it)) { "meets" } else { "is shown to meet" };
            let looked_at = looked_at(table, &here);
            let s = if most == 1 { "" } else { "s" };
            format!(
                "no machine {verb} the objectives {place}, with up to {most} replica{s}{looked_at}"
            )
        }
        [only] => format!("`{}` is cheapest {place}", table.machines[*only]),
        several => format!("{} cost the same {place}", listed(table, several)),
    }
}

/// Whether all that were run are known to be worse than what is asked for.
fn is_sure(cell: &PlanCell) -> bool {
    ["missed", "unstable"].contains(&cell.status())
}

/// Which numbers were run in each of these cells, in brackets; nothing if all were.
fn looked_at(table: &PlanTable, cells: &[&PlanCell]) -> String {
    let everywhere = |n: &&u32| cells.iter().all(|it| it.looked_at.contains(*n));
    let numbers: Vec<String> =
        table.replicas.iter().filter(everywhere).map(u32::to_string).collect();
    match numbers.split_last() {
        _ if numbers.len() == table.replicas.len() => String::new(),
        Some((last, rest)) if !rest.is_empty() => {
            format!(" ({} and {last} were run)", rest.join(", "))
        }
        _ => format!(" ({} was run)", numbers.concat()),
    }
}

fn listed(table: &PlanTable, machines: &[usize]) -> String {
    let names: Vec<String> =
        machines.iter().map(|it| format!("`{}`", table.machines[*it])).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// By how much the cheapest of a stretch is before the next machine at a load; nothing if there is
/// no other machine, or nothing that meets the objectives.
fn lead(table: &PlanTable, variant: &str, stretch: &Stretch, load: usize) -> Option<String> {
    let first = *stretch.machines.first()?;
    let here: Vec<&PlanCell> = cells(table, variant, load).collect();
    let own = here.iter().find(|it| it.machine == first).and_then(|it| it.cost())?;
    let others = here.iter().filter(|it| !stretch.machines.contains(&it.machine));
    let priced = others.clone().filter_map(|it| Some((it.cost()?, it.machine)));
    let at = table.load(load);
    match priced.min_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((cost, machine)) => {
            let less = 1.0 - own / cost;
            let (who, verb) = match stretch.machines.as_slice() {
                [only] => (format!("`{}`", table.machines[*only]), "costs"),
                several => (listed(table, several), "cost"),
            };
            let next = &table.machines[machine];
            Some(format!("at {at} {who} {verb} {} less than `{next}`", percent(less)))
        }
        None => {
            let most = table.replicas.last()?;
            let word = if others.clone().all(|it| is_sure(it)) {
                "not enough"
            } else {
                "not shown to be enough"
            };
            let names: Vec<usize> = others.map(|it| it.machine).collect();
            let who = listed(table, &names);
            let verb = if *most == 1 { "is" } else { "are" };
            (!names.is_empty()).then(|| format!("at {at} {most} of {who} {verb} {word}"))
        }
    }
}

fn percent(share: f64) -> String {
    let digits = usize::from(share < SMALL);
    format!("{:.digits$} %", 100.0 * share)
}
