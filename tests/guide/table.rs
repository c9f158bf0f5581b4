//! Tables and single numbers, as the guide prints them.

use lindley::metrics::end_to_end;
use lindley::stats::{Rounded, percent};

use crate::quantity::{Reading, Row, reach, readings, rows};

/// A unit of results, and how a column shows it.
struct Scale {
    unit: &'static str,
    factor: f64,
}

/// How numbers up to `largest` of a unit are shown: seconds and minutes instead of many
/// milliseconds, and events a minute where few happen.
fn scale(unit: &str, largest: f64) -> Scale {
    let (unit, factor) = match unit {
        "ms" if largest >= 1e7 => ("min", 1.0 / 6e4),
        "ms" if largest >= 1e4 => ("s", 1e-3),
        "ms" => ("ms", 1.0),
        "1/s" if largest < 1.0 => ("1/min", 60.0),
        "1/s" => ("1/s", 1.0),
        "B/s" => ("MB/s", 1e-6),
        "B" => ("MiB", 1.0 / 1_048_576.0),
        "share" | "count" | "per hour" | "per million" => ("", 1.0),
        other => panic!("the unit {other} is not known"),
    };
    Scale { unit, factor }
}

/// A reading as a cell of a table shows it: to four digits where its interval is narrower than the
/// last of these.
fn cell(reading: &Reading, scale: &Scale) -> String {
    let mean = match (reading.status.as_str(), reading.mean) {
        ("unstable", _) => return "unstable".to_owned(),
        ("insufficient", _) | (_, None) => return "–".to_owned(),
        (_, Some(mean)) => mean,
    };
    let is_narrow = reading.half_width < 1e-4 * mean.abs();
    let half_width = if is_narrow { 0.0 } else { reading.half_width };
    let bound = |end: f64| Rounded::new(100.0 * end, 100.0 * half_width).value;
    let number = if reading.unit == "share" && half_width > 0.0 && mean >= 1.0 {
        format!("≥ {} %", bound(1.0 - half_width))
    } else if reading.unit == "share" && half_width > 0.0 && mean <= 0.0 {
        format!("≤ {} %", bound(half_width))
    } else if reading.unit == "count" && mean <= 0.0 {
        "0".to_owned()
    } else if reading.unit == "share" {
        percent(mean, half_width)
    } else {
        set_apart(&Rounded::new(mean * scale.factor, half_width * scale.factor))
    };
    if reading.status == "few-data" { format!("~{number}") } else { number }
}

/// Thousands set apart in whole numbers from five digits on.
fn set_apart(number: &Rounded) -> String {
    let apart = |text: &str| match text.parse::<u64>() {
        Ok(n) if n >= 10_000 => lindley::stats::count(n),
        _ => text.to_owned(),
    };
    let value = apart(&number.value);
    match &number.half_width {
        Some(half_width) => format!("{value} ± {}", apart(half_width)),
        None => value,
    }
}

/// A table with a row for each variant and a column for each quantity; of `variants` alone, in
/// their order, if there are any.
pub(crate) fn by_variant(
    scenario: &str,
    quantities: &[&str],
    variants: &[&str],
) -> Result<String, String> {
    let columns: Vec<Vec<(String, Reading)>> =
        quantities.iter().map(|it| readings(scenario, it)).collect::<Result<_, _>>()?;
    let all: Vec<String> = readings(scenario, "latency_mean")?.into_iter().map(|it| it.0).collect();
    let names: Vec<&str> = if variants.is_empty() {
        all.iter().map(String::as_str).collect()
    } else {
        variants.to_vec()
    };
    if let Some(name) = names.iter().find(|name| all.iter().all(|other| other != **name)) {
        return Err(format!("{scenario} has no variant {name}"));
    }
    let mut lines: Vec<Vec<String>> = names.iter().map(|name| vec![(*name).to_owned()]).collect();
    let mut heads = vec!["variant".to_owned()];
    for (quantity, column) in quantities.iter().zip(&columns) {
        let of = |name: &&str| column.iter().find(|(other, _)| other == name).map(|it| &it.1);
        let shown: Vec<Option<&Reading>> = names.iter().map(of).collect();
        let scale = common(shown.iter().copied().flatten());
        heads.push(head(quantity, scale.unit));
        for (line, reading) in lines.iter_mut().zip(shown) {
            line.push(reading.map_or_else(|| "–".to_owned(), |it| cell(it, &scale)));
        }
    }
    Ok(drawn(&heads, &lines))
}

/// A table of a sweep: a row for each point, a column for each variant, all of one metric.
pub(crate) fn by_point(sweep: &str, metric: &str) -> Result<String, String> {
    let rows = rows(&format!("{sweep}/sweep.csv"))?;
    let key = rows.first().and_then(|row| row.keys().find(|head| head.contains('.')).cloned());
    let key = key.ok_or_else(|| format!("nothing is varied in {sweep}"))?;
    let unit = end_to_end().find(|it| it.name == metric).map(|it| it.unit.name());
    let unit = unit.ok_or_else(|| format!("`{metric}` is no metric"))?;
    let all: Vec<Reading> =
        rows.iter().map(|row| at_point(row, metric, unit)).collect::<Result<_, _>>()?;
    let scale = common(all.iter());
    let mut heads = vec![format!("`{key}`")];
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (row, reading) in rows.iter().zip(&all) {
        let head = format!("{}, {}", row["variant"], scale.unit);
        if !heads.contains(&head) {
            heads.push(head);
        }
        if lines.last().is_none_or(|line| line[0] != row[&key]) {
            lines.push(vec![row[&key].clone()]);
        }
        lines.last_mut().expect("a line was begun").push(cell(reading, &scale));
    }
    Ok(drawn(&heads, &lines))
}

/// A table of a plan of one variant: a row for each load, a column for each machine with how many
/// of it are enough and what they cost an hour, the cheapest in bold.
pub(crate) fn by_load(plan: &str) -> Result<String, String> {
    let rows = rows(&format!("{plan}/plan.csv"))?;
    let mut heads = vec!["load".to_owned()];
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in &rows {
        if !heads.contains(&row["machine"]) {
            heads.push(row["machine"].clone());
        }
        if lines.last().is_none_or(|line| line[0] != row["load"]) {
            lines.push(vec![row["load"].clone()]);
        }
        let cost = row["cost_per_hour"].parse().map(|cost| Rounded::plain(cost).value);
        let cell = match cost {
            Ok(cost) => format!("{} for {cost}", row["replicas"]),
            Err(_) => row["status"].clone(),
        };
        let cell = if row["cheapest"] == "yes" { format!("**{cell}**") } else { cell };
        lines.last_mut().expect("a line was begun").push(cell);
    }
    Ok(drawn(&heads, &lines))
}

fn at_point(row: &Row, metric: &str, unit: &str) -> Result<Reading, String> {
    let number = |head: &str| match row.get(head).map_or("", String::as_str) {
        "" => Ok(None),
        text => text.parse::<f64>().map(Some).map_err(|error| format!("{text}: {error}")),
    };
    let ends = (number(&format!("{metric}_low"))?, number(&format!("{metric}_high"))?);
    // The status of a row is that of its worst number: a number that is there is sound enough.
    let mean = number(metric)?;
    let half_width = reach(mean, ends);
    let status = match row["status"].as_str() {
        "insufficient" if mean.is_some() => "ok",
        other => other,
    };
    Ok(Reading { mean, half_width, unit: unit.to_owned(), status: status.to_owned() })
}

/// The scale of a column.
fn common<'a>(readings: impl Iterator<Item = &'a Reading> + Clone) -> Scale {
    let unit = readings.clone().next().map_or("count", |it| it.unit.as_str());
    let largest = readings.filter_map(|it| it.mean).fold(0.0, f64::max);
    scale(unit, largest)
}

/// The head of a column: the quantity and its unit.
fn head(quantity: &str, unit: &str) -> String {
    let words: Vec<&str> = quantity.split_whitespace().collect();
    let name = match words[..] {
        ["node", node, metric] => format!("`{node}` `{metric}`"),
        ["cache", "-", "*", metric] => format!("`{metric}`"),
        ["cache", "-", endpoint, metric] => format!("`{endpoint}` `{metric}`"),
        ["cache", node, "*", metric] => format!("`{node}` `{metric}`"),
        ["cache", node, endpoint, metric] => format!("`{node}`, `{endpoint}`: `{metric}`"),
        ["quantile", client, "*", quantile] => format!("`{client}`, quantile {quantile}"),
        ["quantile", client, endpoint, quantile] => {
            format!("`{client}`, `{endpoint}`, quantile {quantile}")
        }
        _ => format!("`{quantity}`"),
    };
    if unit.is_empty() { name } else { format!("{name}, {unit}") }
}

fn drawn(heads: &[String], lines: &[Vec<String>]) -> String {
    let rule: Vec<&str> =
        heads.iter().enumerate().map(|(i, _)| ["---", "---:"][i.min(1)]).collect();
    let mut text = format!("| {} |\n|{}|\n", heads.join(" | "), rule.join("|"));
    for line in lines {
        text.push_str(&format!("| {} |\n", line.join(" | ")));
    }
    text
}

/// A number in a sentence, with its unit: to three digits, or fewer if less is known.
pub(crate) fn in_a_sentence(reading: &Reading) -> Result<String, String> {
    let mean = reading.mean.ok_or("there is no number")?;
    if reading.unit == "share" {
        return Ok(format!("{} %", short(100.0 * mean)));
    }
    // Seconds from one second on, where a column would begin with ten.
    let scale = scale(&reading.unit, if reading.unit == "ms" { 10.0 * mean } else { mean });
    let number = short(mean * scale.factor);
    Ok(match scale.unit {
        "" => number,
        "1/s" => format!("{number} a second"),
        "1/min" => format!("{number} a minute"),
        unit => format!("{number} {unit}"),
    })
}

/// A number to two digits.
pub(crate) fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.1e}").parse().expect("a number");
    let decimals = match rounded.abs() {
        n if !(1e-9..10.0).contains(&n) => 0,
        n if n >= 1.0 => 1,
        n if n >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{rounded:.decimals$}");
    let whole = text.strip_suffix(".0").unwrap_or(&text);
    whole
        .parse::<u64>()
        .ok()
        .filter(|n| *n >= 10_000)
        .map_or_else(|| whole.to_owned(), lindley::stats::count)
}
