//! Which machine is cheapest from which load on, in sentences.

use super::{PlanCell, PlanTable};

/// A difference of costs below half a per cent is told with a digit more.
const SMALL: f64 = 0.005;

/// A sentence or two for each variant: which machine is cheapest up to which load, between which
/// two loads that changes, by how much at each of the two, and where nothing meets the objectives.
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
    let parts: Vec<String> = stretches.iter().map(|it| part(table, it, last)).collect();
    let mut text = format!("{}.", parts.join("; "));
    for (before, after) in stretches.iter().zip(stretches.iter().skip(1)) {
        let (from, to) = (&table.loads[before.last], &table.loads[after.first]);
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
    text
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
fn part(table: &PlanTable, stretch: &Stretch, last: usize) -> String {
    let (from, to) = (&table.loads[stretch.first], &table.loads[stretch.last]);
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
        [] => format!("no machine meets the objectives {place}, with up to {most} replicas"),
        [only] => format!("`{}` is cheapest {place}", table.machines[*only]),
        several => format!("{} cost the same {place}", listed(table, several)),
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
    let at = &table.loads[load];
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
            let is_sure = others.clone().all(|it| ["missed", "unstable"].contains(&it.status()));
            let word = if is_sure { "not enough" } else { "not shown to be enough" };
            let names: Vec<usize> = others.map(|it| it.machine).collect();
            let who = listed(table, &names);
            (!names.is_empty()).then(|| format!("at {at} {most} of {who} are {word}"))
        }
    }
}

fn percent(share: f64) -> String {
    let digits = usize::from(share < SMALL);
    format!("{:.digits$} %", 100.0 * share)
}
