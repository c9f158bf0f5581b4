//! Metrics as people call them, with their units.

use super::error::PlotError;
use super::tables::Tables;

/// The words for a metric: `latency_p999` is "latency p99.9", `latency_mean` is "mean latency".
pub(super) fn words(metric: &str) -> String {
    let (stem, tail) = metric.rsplit_once('_').unwrap_or((metric, ""));
    let plain = |text: &str| text.replace('_', " ");
    match tail {
        "mean" => format!("mean {}", plain(stem)),
        "std" => format!("standard deviation of {}", plain(stem)),
        "max" => format!("longest {}", plain(stem)),
        _ => match tail.strip_prefix('p').filter(|digits| is_number(digits)) {
            Some(digits) if digits.len() > 2 => {
                format!("{} p{}.{}", plain(stem), &digits[..2], &digits[2..])
            }
            Some(digits) => format!("{} p{digits}", plain(stem)),
            None => plain(metric),
        },
    }
}

/// The words with the unit, for an axis.
pub(super) fn axis(metric: &str, unit: &str) -> String {
    match unit {
        "" | "1" | "ratio" | "share" if is_share(metric) => format!("{} (share)", words(metric)),
        "" | "1" => words(metric),
        named if words(metric).ends_with(named) => words(metric),
        _ => format!("{} ({unit})", words(metric)),
    }
}

/// The unit that the summary gives for `metric`, or the one that its name implies.
pub(super) fn unit(tables: &Tables, metric: &str) -> Result<String, PlotError> {
    if let Some(summary) = tables.get("summary") {
        let (name, unit) = (summary.column("metric")?, summary.column("unit")?);
        if let Some(row) = summary.rows().find(|row| row.text(name) == metric) {
            return Ok(row.text(unit).to_owned());
        }
    }
    Ok(implied_unit(metric).to_owned())
}

/// What the results use where no table says it.
fn implied_unit(metric: &str) -> &'static str {
    let begins = |stems: &[&str]| stems.iter().any(|stem| metric.starts_with(stem));
    if begins(&["latency", "failed_latency", "wait_", "sojourn"]) {
        "ms"
    } else if begins(&["throughput", "goodput", "arrival_rate"]) {
        "1/s"
    } else if begins(&["in_system", "queue"]) {
        "requests"
    } else {
        ""
    }
}

fn is_share(metric: &str) -> bool {
    metric.ends_with("ratio") || metric == "utilisation" || metric.ends_with("share")
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_called_as_people_call_them() {
        for (metric, said) in [
            ("latency_mean", "mean latency"),
            ("latency_p99", "latency p99"),
            ("latency_p999", "latency p99.9"),
            ("cost_per_hour", "cost per hour"),
            ("throughput", "throughput"),
            ("queue_max", "longest queue"),
        ] {
            assert_eq!(words(metric), said);
        }
    }

    #[test]
    fn an_axis_names_the_unit() {
        assert_eq!(axis("latency_p99", "ms"), "latency p99 (ms)");
        assert_eq!(axis("hit_ratio", ""), "hit ratio (share)");
        assert_eq!(axis("cost_per_hour", "per hour"), "cost per hour");
    }

    #[test]
    fn the_unit_of_the_summary_comes_before_the_implied_one() {
        let mut tables = Tables::new();
        assert_eq!(unit(&tables, "latency_mean").unwrap(), "ms");
        tables.insert("summary", "variant,metric,unit,mean\na,latency_mean,s,1\n").unwrap();
        assert_eq!(unit(&tables, "latency_mean").unwrap(), "s");
    }
}
