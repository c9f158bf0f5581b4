//! Sweeps: which of them to run, and the axes that it has.

mod axis;
mod grid;
mod steps;

pub(in crate::scenario) use axis::check_keys;
pub use axis::{Axis, Level, numbers};
pub use grid::{Cell, Grid, MAX_CELLS};
pub use steps::{Scale, steps};

use axis::is_range;

use crate::scenario::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::scenario::source::Span;
use crate::scenario::tree::{Entry, Item, Path, Table, quoted};

/// The sweep to run: the one called `name`, or the only one there is. `sweeps` is the table
/// `sweep` of a scenario.
#[must_use]
pub fn select<'a>(
    sweeps: Option<&'a Table>,
    name: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<(&'a str, &'a Entry)> {
    let names: Vec<&str> = sweeps
        .map_or_else(Vec::new, |all| all.in_order().into_iter().map(|(name, _)| name).collect());
    let listed =
        names.iter().take(10).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let error = match (name, names.as_slice()) {
        (_, []) => Diagnostic::nowhere("the scenario has no sweep")
            .help("write a table `[sweep.NAME]`, or vary a key with `--vary KEY=1..8`"),
        (Some(name), _) => {
            if let Some((name, entry)) = sweeps?.iter().find(|(key, _)| *key == name) {
                return Some((name, entry));
            }
            let advice = match nearest(name, names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("its sweeps are {listed}"),
            };
            Diagnostic::nowhere(format!("the scenario has no sweep `{name}`")).help(advice)
        }
        (None, [_]) => return sweeps?.iter().next(),
        (None, _) => Diagnostic::nowhere("the scenario has several sweeps")
            .help(format!("choose one with `--sweep NAME`: {listed}")),
    };
    diagnostics.push(error);
    None
}

/// The axes of one sweep, in the order in which they are written. Keys may be quoted paths or
/// dotted keys.
#[must_use]
pub fn axes(sweep: &Entry, diagnostics: &mut Diagnostics) -> Vec<Axis> {
    let Some(table) = sweep.item.as_table() else {
        let message = "a sweep is a table of keys and the values that they take";
        let label = format!("{} stands here", sweep.item.value.noun());
        diagnostics.push(Diagnostic::error(sweep.item.span.clone(), message).label(label));
        return Vec::new();
    };
    if table.is_empty() {
        let message = "this sweep varies nothing";
        diagnostics.push(Diagnostic::error(sweep.item.span.clone(), message));
    }
    let mut found = Vec::new();
    gather(table, &mut Vec::new(), &mut found);
    found.sort_by_key(|(_, span, _)| span.start);
    let mut axes = Vec::new();
    for (text, span, item) in found {
        match Path::parse(&text, &span) {
            Ok(key) => axes.extend(Axis::read(key, item, diagnostics)),
            Err(error) => diagnostics.push(*error),
        }
    }
    axes
}

/// The lists and ranges of a sweep's table with the paths of the keys that they belong to.
fn gather<'a>(
    table: &'a Table,
    above: &mut Vec<String>,
    found: &mut Vec<(String, Span, &'a Item)>,
) {
    for (key, entry) in table.iter() {
        // A quoted key with dots is a path of its own; a bare one is a part of a dotted key.
        let part = if key.contains('.') { key.to_owned() } else { quoted(key) };
        above.push(part);
        match entry.item.as_table().filter(|inner| !is_range(inner)) {
            Some(inner) => gather(inner, above, found),
            None => found.push((above.join("."), entry.key_span.clone(), &entry.item)),
        }
        above.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;
    use crate::scenario::tree::{Value, document};

    fn grid(text: &str) -> Result<Vec<String>, String> {
        let mut sources = Sources::new();
        sources.add("shop.toml", text);
        let mut diagnostics = Diagnostics::new();
        let table = document(text, 0, &mut diagnostics).table;
        let axes = select(table.table("sweep"), None, &mut diagnostics)
            .map_or_else(Vec::new, |(_, sweep)| axes(sweep, &mut diagnostics));
        let grid = Grid::new(axes, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics.to_plain(&sources));
        }
        let grid = grid.expect("no error was told");
        let cells = grid.cells().map(|cell| {
            let set: Vec<String> = cell
                .overlays()
                .map(|(key, item)| format!("{key}={}", item.value.label()))
                .collect();
            format!("{}: {}", cell.number, set.join(" "))
        });
        Ok(cells.collect())
    }

    #[test]
    fn the_first_axis_varies_slowest_in_the_order_of_the_file() {
        let text = "[sweep.s]\n'node.b.x' = [1, 2]\nnode.a.y = ['p', 'q']\n";
        assert_eq!(
            grid(text).expect("a grid"),
            [
                "0: node.b.x=1 node.a.y=p",
                "1: node.b.x=1 node.a.y=q",
                "2: node.b.x=2 node.a.y=p",
                "3: node.b.x=2 node.a.y=q",
            ]
        );
    }

    #[test]
    fn a_dotted_key_takes_ranges_too() {
        let text = "[sweep.s]\nnode.a.rate = { from = '1/s', to = '2/s', steps = 2 }";
        assert_eq!(grid(text).expect("a grid"), ["0: node.a.rate=1/s", "1: node.a.rate=2/s"]);
    }

    #[test]
    fn labels_stand_in_the_order_of_the_axes() {
        let axis = |key: &str, value| {
            let key = Path::parse(key, &(0..0)).expect("a path");
            let item = Item { span: 0..0, value };
            Axis::of(key, vec![item], &(0..0), &mut Diagnostics::new()).expect("an axis")
        };
        let axes = vec![axis("b", Value::Integer(1)), axis("a", Value::Text("x".to_owned()))];
        let grid = Grid::new(axes, &mut Diagnostics::new()).expect("a grid");
        assert_eq!(grid.cell(0).labels().collect::<Vec<_>>(), ["1", "x"]);
    }

    #[test]
    fn no_axes_are_one_point() {
        let grid = Grid::new(Vec::new(), &mut Diagnostics::new()).expect("a grid");
        assert_eq!((grid.len(), grid.cells().count(), grid.is_empty()), (1, 1, true));
    }

    #[test]
    fn a_grid_without_bound_is_refused() {
        let axis = |key: &str| format!("{key} = {{ from = 1, to = 100000, steps = 100000 }}\n");
        let text = format!("[sweep.s]\n{}{}{}", axis("a"), axis("b"), axis("c"));
        let said = grid(&text).expect_err("10^15 points");
        assert!(said.contains("more than 1000000 points\n --> shop.toml:3:1"), "{said}");
    }

    #[test]
    fn a_sweep_that_makes_no_sense_is_refused() {
        for (text, said) in [
            ("[sweep.s]\n'a.b' = [1]\na.b = [2]", "two axes vary `a.b`\n --> shop.toml:3:3"),
            ("[sweep.s]\n'a.b' = [1]\n'a.b.c' = [2]", "`a.b` and `a.b.c` vary the same value"),
            ("[sweep.s]\n'a..b' = [1]", "`a..b` is not the path of a key"),
            ("[sweep.s]", "this sweep varies nothing"),
            ("[sweep]\ns = 3", "a sweep is a table"),
            ("[sweep.s]\na = []", "is given no value"),
            ("[sweep.s]\na = 3", "needs a list of values"),
            ("[sweep.s]\na = {}", "missing key `from`"),
            ("x = 1", "the scenario has no sweep"),
            ("[sweep.s]\na = [1]\n[sweep.t]\na = [1]", "choose one with `--sweep NAME`: `s`, `t`"),
        ] {
            let shown = grid(text).expect_err(text);
            assert!(shown.contains(said), "{text}: {shown}");
        }
    }

    #[test]
    fn a_sweep_is_found_by_its_name() {
        let table = document("[sweep.load]\n[sweep.size]", 0, &mut Diagnostics::new()).table;
        let chosen = |name| {
            let mut diagnostics = Diagnostics::new();
            let found = select(table.table("sweep"), Some(name), &mut diagnostics);
            let help = diagnostics.sorted().first().and_then(|d| d.help.clone());
            (found.map(|(name, _)| name.to_owned()), help)
        };
        assert_eq!(chosen("size"), (Some("size".to_owned()), None));
        assert_eq!(chosen("laod"), (None, Some("did you mean `load`?".to_owned())));
        assert_eq!(chosen("x"), (None, Some("its sweeps are `load`, `size`".to_owned())));
    }
}
