//! The variants of a result: one look each, the same in every figure.

use super::draw::label;
use super::draw::legend::{Entry, Sign};
use super::draw::palette::{self, Series};
use super::error::PlotError;
use super::tables::{Table, Tables};
use super::{metric, ranking};

/// One variant as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variant {
    /// As in the tables.
    pub(super) name: String,
    /// Short enough to stand beside a bar.
    pub(super) label: String,
    pub(super) series: Series,
    /// Whether the run could not keep up with its load, so that its means mean nothing.
    pub(super) unstable: bool,
}

/// The variants that a table holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variants {
    shown: Vec<Variant>,
    /// Those that cannot be told apart any more.
    left_out: Vec<String>,
    /// In what those that are drawn are best, if that is how they were chosen.
    best: Option<&'static str>,
}

const LABEL_SIZE: f64 = 11.0;
const LABEL_ROOM: f64 = 170.0;

impl Variants {
    /// The variants in `table`, in the order of the summary. Their looks go by that order, so a
    /// variant without rows here leaves the others' looks alone. Of more than can be told apart
    /// those are drawn that come out best, which are the ones that a conclusion names.
    pub(super) fn of(tables: &Tables, table: &Table) -> Result<Self, PlotError> {
        let column = table.column("variant")?;
        let mut all = Vec::new();
        let mut unstable = Vec::new();
        if let Some(summary) = tables.get("summary") {
            let (variant, status) = (summary.column("variant")?, summary.find("status"));
            for row in summary.rows() {
                push_new(&mut all, row.text(variant));
                if status.is_some_and(|status| row.text(status) == "unstable") {
                    push_new(&mut unstable, row.text(variant));
                }
            }
        }
        let mut here = Vec::new();
        for row in table.rows() {
            push_new(&mut all, row.text(column));
            push_new(&mut here, row.text(column));
        }
        let labels = label::shorten_all(&all, LABEL_SIZE, LABEL_ROOM);
        let mut names: Vec<(String, String)> = all.into_iter().zip(labels).collect();
        let mut best = None;
        let mut left_out = Vec::new();
        if names.len() > palette::SERIES {
            let ranking = ranking::ranking(tables, &unstable)?;
            let known: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
            let mut kept = ranking.kept(&known, palette::SERIES);
            // What is about none of them shows what it is about.
            if !here.iter().any(|name| kept.contains(name)) {
                kept = ranking.kept(&here, palette::SERIES);
            }
            left_out = here.iter().filter(|name| !kept.contains(name)).cloned().collect();
            names.retain(|(name, _)| kept.contains(name));
            best = ranking.metric;
        }
        let shown = names
            .into_iter()
            .enumerate()
            .filter(|(_, (name, _))| here.contains(name))
            .map(|(index, (name, label))| Variant {
                unstable: unstable.contains(&name),
                series: palette::series(index),
                name,
                label,
            })
            .collect();
        Ok(Self { shown, left_out, best })
    }

    /// Those that are drawn.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Variant> {
        self.shown.iter()
    }

    /// The place of the variant `name` among those drawn.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.shown.iter().position(|variant| variant.name == name)
    }

    /// How many are drawn.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether any is unstable.
    pub(super) fn any_unstable(&self) -> bool {
        self.shown.iter().any(|variant| variant.unstable)
    }

    /// Their names cut to `room`, in the size of tick labels.
    pub(super) fn labels(&self, room: f64) -> Vec<String> {
        let names: Vec<String> = self.shown.iter().map(|variant| variant.name.clone()).collect();
        label::shorten_all(&names, LABEL_SIZE, room)
    }

    /// The legend that names them.
    pub(super) fn legend(&self, sign: Sign) -> Vec<Entry> {
        let entry = |variant: &Variant| Entry {
            label: variant.legend_label(),
            series: variant.series,
            sign,
        };
        self.shown.iter().map(entry).collect()
    }

    /// What to say of those that are not drawn; nothing if all are.
    pub(super) fn more(&self) -> Option<String> {
        let (count, all) = (self.left_out.len(), self.left_out.len() + self.shown.len());
        let names = label::shorten_all(&self.left_out, LABEL_SIZE, LABEL_ROOM);
        let why = self.best.as_ref().map_or_else(String::new, |metric| {
            format!(": those with the lowest {} are, and the baseline", metric::words(metric))
        });
        (count > 0).then(|| format!("Not drawn are {count} of {all}{why}: {}.", names.join(", ")))
    }
}

impl Variant {
    fn legend_label(&self) -> String {
        if self.unstable { format!("{} (unstable)", self.name) } else { self.name.clone() }
    }
}

/// Adds `name` unless it is there.
pub(super) fn push_new(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(summary: &str, nodes: &str) -> Variants {
        let mut tables = Tables::new();
        tables.insert("summary", &format!("variant,status\n{summary}")).unwrap();
        tables.insert("nodes", &format!("variant\n{nodes}")).unwrap();
        Variants::of(&tables, tables.get("nodes").unwrap()).unwrap()
    }

    #[test]
    fn a_variant_keeps_its_look_in_tables_that_lack_others() {
        let few = variants("a,ok\nb,ok\nc,ok\n", "c\n");
        assert_eq!(few.iter().map(|v| v.series).collect::<Vec<_>>(), [palette::series(2)]);
    }

    #[test]
    fn an_unstable_variant_is_named_so_in_the_legend() {
        let legend = variants("a,ok\nb,unstable\n", "a\nb\n").legend(Sign::Line);
        assert_eq!(legend.iter().map(|e| &e.label).collect::<Vec<_>>(), ["a", "b (unstable)"]);
    }

    #[test]
    fn more_variants_than_looks_are_named() {
        let rows: String = (0..10).map(|n| format!("v{n}\n")).collect();
        let many = variants("", &rows);
        assert_eq!(many.len(), 8);
        assert_eq!(many.more().as_deref(), Some("Not drawn are 2 of 10: v8, v9."));
    }

    #[test]
    fn of_more_variants_than_looks_the_best_and_the_baseline_are_drawn() {
        let mut summary = "variant,metric,mean,status\n".to_owned();
        for n in 0..12 {
            // From the slowest to the fastest; one has no end.
            let (mean, status) = if n == 11 { (1, "unstable") } else { (100 - n, "ok") };
            summary.push_str(&format!("v{n},latency_p99,{mean},{status}\n"));
        }
        let mut tables = Tables::new();
        tables.insert("summary", &summary).unwrap();
        tables.insert("comparison", "metric,baseline,variant\nlatency_p99,v0,v1\n").unwrap();
        let drawn = Variants::of(&tables, tables.get("summary").unwrap()).unwrap();
        let names: Vec<&str> = drawn.iter().map(|variant| variant.name.as_str()).collect();
        assert_eq!(names, ["v0", "v4", "v5", "v6", "v7", "v8", "v9", "v10"]);
        let said = "Not drawn are 4 of 12: those with the lowest latency p99 are, and the \
                    baseline: v1, v2, v3, v11.";
        assert_eq!(drawn.more().as_deref(), Some(said));
        tables.insert("nodes", "variant\nv2\nv9\n").unwrap();
        let nodes = Variants::of(&tables, tables.get("nodes").unwrap()).unwrap();
        assert_eq!(nodes.find("v2"), None);
        let look = |them: &Variants| them.iter().find(|it| it.name == "v9").unwrap().series;
        assert_eq!(look(&nodes), look(&drawn));
        tables.insert("nodes", "variant\nv2\n").unwrap();
        let nodes = Variants::of(&tables, tables.get("nodes").unwrap()).unwrap();
        assert_eq!(nodes.len(), 1);
    }
}
