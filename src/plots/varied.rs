//! What a sweep varied: its keys, their values as places on an axis, and the metrics beside them.

use super::draw::number;
use super::draw::scale::Scale;
use super::error::PlotError;
use super::quantity::Quantity;
use super::tables::{Column, Row, Table};
use super::variants::push_new;

/// One sweep of a table that may hold several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sweep {
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
    /// The metrics that have columns.
    pub(super) metrics: Vec<String>,
    /// Whether anything fails at some point.
    fails: bool,
}

/// A varied key with its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    /// The dotted path.
    pub(super) path: String,
    column: Column,
    values: Values,
}

/// The values of a key.
#[derive(Debug, Clone, PartialEq)]
enum Values {
    /// Numbers from low to high, of one unit, with the texts they came from.
    Numbers { unit: String, places: Vec<(f64, String)> },
    /// Anything else, in the order of the table.
    Names(Vec<String>),
}

/// Columns that are neither keys nor metrics.
const FIXED: [&str; 4] = ["point", "sweep", "variant", "status"];

/// The metrics that are drawn if a sweep has them; else its first ones are.
const MAIN: [&str; 3] = ["latency_mean", "latency_p99", "goodput"];
/// The metric that is drawn besides them where anything fails.
const SUCCESS: &str = "success_ratio";

/// An axis whose last value is so many times its first is a log one, if most of its values would
/// stand together at its low end otherwise.
const WIDE: f64 = 100.0;
/// The low end: this share of a linear axis.
const LOW_END: f64 = 0.1;

/// So many values at most are each written on an axis.
const EACH: usize = 14;

impl Sweep {
    /// The sweeps of `table`, in their order.
    pub(super) fn all(table: &Table) -> Result<Vec<Self>, PlotError> {
        let sweep = table.column("sweep")?;
        let mut names = Vec::new();
        for row in table.rows() {
            push_new(&mut names, row.text(sweep));
        }
        let metrics: Vec<String> =
            table.columns().iter().filter(|name| is_metric(table, name)).cloned().collect();
        let sweep = |name: String| {
            let rows: Vec<Row<'_>> = table.rows().filter(|r| r.text(sweep) == name).collect();
            let keys = keys(table, &metrics)
                .filter_map(|path| Some(Key::new(path, table.find(path)?, &rows)))
                .filter(|key| key.count() > 0)
                .collect();
            let success = table.find(SUCCESS);
            let is_less = |row: &Row<'_>| {
                let share = success.map(|column| row.number(column)).transpose();
                share.map(|it| it.flatten().is_some_and(|it| it < 1.0))
            };
            let fails: Vec<bool> = rows.iter().map(is_less).collect::<Result<_, _>>()?;
            let fails = fails.into_iter().any(|it| it);
            Ok(Self { name, keys, metrics: metrics.clone(), fails })
        };
        names.into_iter().map(sweep).collect()
    }

    /// Up to three metrics worth a picture, and the share of successes where anything fails.
    pub(super) fn main_metrics(&self) -> Vec<&str> {
        let has = |name: &&str| self.metrics.iter().any(|metric| metric == *name);
        let success = self.fails.then_some(SUCCESS);
        let main: Vec<&str> = MAIN.into_iter().chain(success).filter(has).collect();
        if main.is_empty() {
            self.metrics.iter().take(3).map(String::as_str).collect()
        } else {
            main
        }
    }
}

impl Key {
    /// The key called `path` with the values that its column has in `rows`.
    pub(super) fn new(path: &str, column: Column, rows: &[Row<'_>]) -> Self {
        let mut texts = Vec::new();
        for text in rows.iter().map(|row| row.text(column)).filter(|text| !text.is_empty()) {
            push_new(&mut texts, text);
        }
        Self { path: path.to_owned(), column, values: Values::new(texts) }
    }

    /// How many values it takes.
    pub(super) fn count(&self) -> usize {
        match &self.values {
            Values::Numbers { places, .. } => places.len(),
            Values::Names(names) => names.len(),
        }
    }

    /// Whether its values have an order and distances.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.values, Values::Numbers { .. })
    }

    /// The place of a row's value: the number itself, or the middle of the name's slot.
    pub(super) fn place(&self, row: Row<'_>) -> Option<f64> {
        match &self.values {
            Values::Numbers { places, .. } => {
                let text = row.text(self.column);
                places.iter().find(|(_, own)| own == text).map(|(place, _)| *place)
            }
            Values::Names(_) => Some(self.slot(row)? as f64 + 0.5),
        }
    }

    /// The number of a row's value, counted from the lowest or first.
    pub(super) fn slot(&self, row: Row<'_>) -> Option<usize> {
        let text = row.text(self.column);
        match &self.values {
            Values::Numbers { places, .. } => places.iter().position(|(_, own)| own == text),
            Values::Names(names) => names.iter().position(|own| own == text),
        }
    }

    /// The axis for curves: true to scale if the values are numbers, log if they are spaced so.
    pub(super) fn scale(&self) -> Scale {
        match &self.values {
            Values::Names(names) => Scale::slots(names),
            Values::Numbers { places, .. } => {
                let numbers: Vec<f64> = places.iter().map(|(place, _)| *place).collect();
                let log = is_geometric(&numbers);
                let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
                match numbers.len() {
                    ..=EACH => Scale::at_values(&written(&numbers), log),
                    _ if log => Scale::log(first, last, 9),
                    _ => Scale::linear(first, last, 9),
                }
            }
        }
    }

    /// The axis for cells: a slot a value.
    pub(super) fn slots(&self) -> Scale {
        match &self.values {
            Values::Names(names) => Scale::slots(names),
            Values::Numbers { places, .. } => {
                let numbers: Vec<f64> = places.iter().map(|(place, _)| *place).collect();
                let labels: Vec<String> =
                    written(&numbers).into_iter().map(|(_, label)| label).collect();
                Scale::slots(&labels)
            }
        }
    }

    /// The path with the values' unit.
    pub(super) fn title(&self) -> String {
        match &self.values {
            Values::Numbers { unit, .. } if unit.starts_with('/') => {
                format!("{} (1{unit})", self.path)
            }
            Values::Numbers { unit, .. } if !unit.is_empty() => format!("{} ({unit})", self.path),
            Values::Numbers { .. } | Values::Names(_) => self.path.clone(),
        }
    }
}

impl Values {
    /// Numbers if every text is a quantity of the same kind; they take the unit of the first.
    fn new(texts: Vec<String>) -> Self {
        let quantities: Option<Vec<Quantity>> =
            texts.iter().map(|text| Quantity::parse(text)).collect();
        let Some(quantities) = quantities.filter(|all| !all.is_empty()) else {
            return Self::Names(texts);
        };
        let first = quantities[0].clone();
        if quantities.iter().any(|quantity| quantity.kind != first.kind) {
            return Self::Names(texts);
        }
        let mut places: Vec<(f64, String)> =
            quantities.iter().map(|q| q.number * (q.factor / first.factor)).zip(texts).collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self::Numbers { unit: first.unit, places }
    }
}

/// Whether `name` has its two columns of an interval.
fn is_metric(table: &Table, name: &str) -> bool {
    table.find(&format!("{name}_low")).is_some() && table.find(&format!("{name}_high")).is_some()
}

/// The columns that are none of the fixed ones and no part of a metric.
fn keys<'a>(table: &'a Table, metrics: &'a [String]) -> impl Iterator<Item = &'a str> {
    let of_metric = move |name: &str| {
        metrics.iter().any(|metric| {
            name.strip_prefix(metric.as_str())
                .is_some_and(|rest| ["", "_low", "_high", "_status"].contains(&rest))
        })
    };
    let names = table.columns().iter().map(String::as_str);
    names.filter(move |name| !FIXED.contains(name) && !of_metric(name))
}

/// The numbers with what is written of them, in as many decimals as the finest needs.
fn written(numbers: &[f64]) -> Vec<(f64, String)> {
    let top = numbers.iter().fold(0.0, |top: f64, number| top.max(number.abs()));
    let unit = if top >= 1e9 {
        1e9
    } else if top >= 1e6 {
        1e6
    } else {
        1.0
    };
    let steps = [1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5];
    let label = |number: f64| {
        let fits = |step: &&f64| {
            let scaled = number / unit / **step;
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1.0)
        };
        let step = steps.iter().find(fits).unwrap_or(&1e-5);
        number::tick(number, step * unit, top)
    };
    numbers.iter().map(|number| (*number, label(*number))).collect()
}

/// Whether `numbers`, from low to high, grow by factors rather than by steps: doubled loads,
/// decades, the series 1, 2, 5, 10; and whatever spans two decades with most values at the low end.
fn is_geometric(numbers: &[f64]) -> bool {
    if numbers.len() < 3 || numbers[0] <= 0.0 {
        return false;
    }
    let spread = |gaps: Vec<f64>| {
        let least = gaps.iter().copied().fold(f64::INFINITY, f64::min);
        gaps.iter().copied().fold(0.0, f64::max) / least
    };
    let factors = numbers.windows(2).map(|pair| libm::log(pair[1] / pair[0])).collect();
    let steps = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
    let is_low = |number: &&f64| **number <= first + LOW_END * (last - first);
    let is_wide = last >= WIDE * first && 2 * numbers.iter().filter(is_low).count() > numbers.len();
    is_wide || spread(factors) < 2.0 && spread(steps) > 1.9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::Tables;

    fn key(values: &[&str]) -> Key {
        let rows: String = values.iter().map(|v| format!("0,s,a,\"{v}\",1,1,1,ok\n")).collect();
        let mut tables = Tables::new();
        let head = "point,sweep,variant,node.app.k,m,m_low,m_high,status\n";
        tables.insert("sweep", &format!("{head}{rows}")).unwrap();
        Sweep::all(tables.get("sweep").unwrap()).unwrap().remove(0).keys.remove(0)
    }

    #[test]
    fn a_column_with_an_interval_is_a_metric_and_any_other_a_key() {
        let mut tables = Tables::new();
        let text = "point,sweep,variant,k.low,a,b,b_low,b_high,status\n0,s,v,1,x,2,1,3,ok\n";
        tables.insert("sweep", text).unwrap();
        let sweep = Sweep::all(tables.get("sweep").unwrap()).unwrap().remove(0);
        assert_eq!(sweep.keys.iter().map(|k| &*k.path).collect::<Vec<_>>(), ["k.low", "a"]);
        assert_eq!(sweep.metrics, ["b"]);
    }

    #[test]
    fn a_key_that_another_sweep_varied_is_none_of_this_one() {
        let mut tables = Tables::new();
        let text = "point,sweep,variant,a,b,m,m_low,m_high,status\n0,s,v,1,,2,1,3,ok\n\
                    1,t,v,,1,2,1,3,ok\n";
        tables.insert("sweep", text).unwrap();
        let sweeps = Sweep::all(tables.get("sweep").unwrap()).unwrap();
        let keys: Vec<_> = sweeps.iter().map(|sweep| &*sweep.keys[0].path).collect();
        assert_eq!((keys, sweeps[0].keys.len()), (vec!["a", "b"], 1));
    }

    #[test]
    fn quantities_become_numbers_of_one_unit() {
        let key = key(&["2s", "500ms", "1s"]);
        assert_eq!(key.title(), "node.app.k (s)");
        let Values::Numbers { places, .. } = &key.values else { panic!("{key:?}") };
        assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0.5, 1.0, 2.0]);
    }

    #[test]
    fn a_rate_reads_as_so_many_a_second() {
        assert_eq!(key(&["200/s", "400/s"]).title(), "node.app.k (1/s)");
    }

    #[test]
    fn names_and_mixed_kinds_are_categories() {
        assert!(!key(&["round-robin", "random"]).is_number());
        assert!(!key(&["5ms", "5MiB"]).is_number());
        assert!(!key(&["5", "unlimited"]).is_number());
    }

    #[test]
    fn doubled_values_take_a_log_axis_and_even_ones_do_not() {
        assert!(is_geometric(&[1.0, 2.0, 4.0, 8.0]));
        assert!(is_geometric(&[1.0, 2.0, 5.0, 10.0, 20.0, 50.0]));
        assert!(!is_geometric(&[200.0, 400.0, 600.0, 800.0]));
        assert!(!is_geometric(&[0.0, 1.0, 2.0, 4.0]));
        assert!(!is_geometric(&[0.0, 10.0, 1000.0]));
    }

    #[test]
    fn what_spans_two_decades_takes_a_log_axis_if_it_stands_together_at_the_low_end() {
        assert!(is_geometric(&[1.0, 10.0, 1000.0]));
        assert!(!is_geometric(&[0.001, 0.5, 1.0]));
        assert!(!is_geometric(&[1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0]));
        assert!(!is_geometric(&[1.0, 50.0, 99.0]));
    }
}
