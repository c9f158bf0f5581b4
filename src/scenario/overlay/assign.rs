//! Setting one key by its dotted path, for sweeps, `--set` and `--vary`.

use super::{Choices, changes_kind, merge_at, merges};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::scenario::tree::{Entry, Item, Path, Table, Value};

/// A key and what it is set to.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The key.
    pub path: Path,
    /// The value.
    pub value: Item,
}

/// Applies assignments in their order, except that a node's `kind` is set before its other keys:
/// a new kind starts the node afresh.
pub fn assign_all(
    root: &mut Table,
    all: &[Assignment],
    choices: &dyn Choices,
    diagnostics: &mut Diagnostics,
) {
    let is_kind = |one: &&Assignment| match one.path.keys.as_slice() {
        [family, _, key] => family == "node" && key == "kind",
        _ => false,
    };
    let (kinds, others): (Vec<_>, Vec<_>) = all.iter().partition(is_kind);
    for Assignment { path, value } in kinds.into_iter().chain(others) {
        assign(root, path, value.clone(), choices, diagnostics);
    }
}

/// Sets the key at `path` to `value`, and says whether that was possible.
///
/// Missing tables are made. A table is laid over a table as [`merge`](super::merge) does it. In a
/// choice, another alternative than the present one replaces the whole; the present one keeps what
/// goes along with it. Elements of lists have to exist, and are replaced whole.
pub fn assign(
    root: &mut Table,
    path: &Path,
    value: Item,
    choices: &dyn Choices,
    diagnostics: &mut Diagnostics,
) -> bool {
    let walk = Walk { path, choices };
    match walk.set_in_table(root, 0, value) {
        Ok(()) => true,
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            false
        }
    }
}

struct Walk<'a> {
    path: &'a Path,
    choices: &'a dyn Choices,
}

impl Walk<'_> {
    /// The first `depth` keys, which have been walked.
    fn walked(&self, depth: usize) -> Vec<&str> {
        self.path.keys[..depth].iter().map(String::as_str).collect()
    }

    fn set_in_table(
        &self,
        table: &mut Table,
        depth: usize,
        value: Item,
    ) -> Result<(), Box<Diagnostic>> {
        let here = self.walked(depth);
        let key = &self.path.keys[depth];
        let last = depth + 1 == self.path.keys.len();
        let other_alternative = self.choices.is_choice(&here)
            && table.get(key).is_none()
            && !self.choices.goes_along(&here, key);
        let other_kind = last && key == "kind" && changes_kind(table, &here, &value.value);
        if other_alternative || other_kind {
            table.clear();
        }
        let key_span = self.path.place(depth);
        if last {
            self.lay(table, Entry { key_span, item: value });
            return Ok(());
        }
        if table.get(key).is_none() {
            let item = Item::table(Table::new(key_span.clone()));
            table.insert(key.clone(), Entry { key_span, item });
        }
        let item = table.get_mut(key).expect("it stands there or was just made");
        self.set_in_item(item, depth + 1, value)
    }

    /// Lays a value over what the last key has in its table.
    fn lay(&self, table: &mut Table, entry: Entry) {
        let mut keys = self.path.keys.clone();
        let key = &self.path.keys[keys.len() - 1];
        match (table.get_mut(key).map(|item| &mut item.value), entry) {
            (
                Some(Value::Table(below)),
                Entry { item: Item { value: Value::Table(above), .. }, .. },
            ) if merges(below, &above, self.choices, &keys) => {
                merge_at(below, above, self.choices, &mut keys);
            }
            (_, entry) => table.insert(key.clone(), entry),
        }
    }

    fn set_in_item(
        &self,
        item: &mut Item,
        depth: usize,
        value: Item,
    ) -> Result<(), Box<Diagnostic>> {
        if let Value::Array(items) = &mut item.value {
            let count = items.len();
            let key = &self.path.keys[depth];
            let number = key.parse().ok().filter(|_| key.bytes().all(|b| b.is_ascii_digit()));
            let element = number.and_then(|number: usize| items.get_mut(number));
            let element = element.ok_or_else(|| self.no_element(depth, count))?;
            if depth + 1 == self.path.keys.len() {
                *element = value;
                return Ok(());
            }
            return self.set_in_item(element, depth + 1, value);
        }
        if !matches!(item.value, Value::Table(_)) && self.choices.is_choice(&self.walked(depth)) {
            // A constant such as "5ms" is an alternative like any other.
            *item = Item::table(Table::new(self.path.span.clone()));
        }
        let Value::Table(table) = &mut item.value else {
            return Err(self.no_table(depth, &item.value));
        };
        self.set_in_table(table, depth, value)
    }

    fn no_element(&self, depth: usize, count: usize) -> Box<Diagnostic> {
        let list = quoted_path(&self.walked(depth));
        let key = &self.path.keys[depth];
        let message = format!("the list `{list}` has no element `{key}`");
        let label = match count {
            0 => "it is empty".to_owned(),
            1 => "its only element is 0".to_owned(),
            n => format!("its elements are 0 to {}", n - 1),
        };
        Box::new(Diagnostic::error(self.path.span.clone(), message).label(label))
    }

    fn no_table(&self, depth: usize, found: &Value) -> Box<Diagnostic> {
        let owner = quoted_path(&self.walked(depth));
        let key = &self.path.keys[depth];
        let noun = found.noun();
        let message = format!("`{owner}` is {noun}, so it has no key `{key}`");
        Box::new(Diagnostic::error(self.path.span.clone(), message))
    }
}

/// Warns of assignments to nodes, links and the like that the scenario does not have: the key
/// would make a new one, and nearly always it is a slip.
pub fn warn_of_new_tables(
    root: &Table,
    path: &Path,
    families: &[&str],
    diagnostics: &mut Diagnostics,
) {
    let [family, name, _, ..] = path.keys.as_slice() else { return };
    let Some(table) = root.table(family).filter(|_| families.contains(&family.as_str())) else {
        return;
    };
    if table.get(name).is_some() {
        return;
    }
    let message = format!("the scenario has no {family} `{name}`, so this makes a new one");
    let mut warning = Diagnostic::warning(path.span.clone(), message);
    if let Some(meant) = nearest(name, table.iter().map(|(key, _)| key)) {
        warning = warning.help(format!("did you mean `{meant}`?"));
    }
    diagnostics.push(warning);
}

fn quoted_path(keys: &[&str]) -> String {
    keys.iter().map(|key| crate::scenario::tree::quoted(key)).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;
    use crate::scenario::tree;

    struct Model;

    impl Choices for Model {
        fn is_choice(&self, path: &[&str]) -> bool {
            matches!(path, ["node", _, "arrivals" | "service"] | ["work", _, "cpu"])
        }

        fn goes_along(&self, _: &[&str], key: &str) -> bool {
            key == "batch"
        }
    }

    fn set(base: &str, sets: &[(&str, &str)]) -> Result<String, String> {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        let start = sources.add("shop.toml", base).start;
        let mut root = tree::document(base, start, &mut diagnostics).table;
        let assignments: Vec<Assignment> = sets
            .iter()
            .map(|(key, value)| {
                let span = sources.add("sweep", *key);
                let path = Path::parse(key, &span).expect("a path");
                Assignment { path, value: tree::value(value, span.start).expect("a value") }
            })
            .collect();
        assign_all(&mut root, &assignments, &Model, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics.to_plain(&sources));
        }
        Ok(Value::Table(root).label())
    }

    fn check(base: &str, sets: &[(&str, &str)], expected: &str) {
        assert_eq!(set(base, sets).expect("no error"), expected);
    }

    #[test]
    fn just_the_key_is_set() {
        check("a = { x = 1, y = 2 }", &[("a.y", "3")], "{ a = { x = 1, y = 3 } }");
    }

    #[test]
    fn a_table_is_laid_over_a_table_as_a_variant_is() {
        check(
            "a = { x = 1, b = { y = 2 } }",
            &[("a", "{ z = 3, b = { w = 4 } }")],
            "{ a = { x = 1, b = { y = 2, w = 4 }, z = 3 } }",
        );
        // A choice is replaced whole, and so are a list and a node of another kind.
        check(
            "node.c = { kind = 'server', cores = 2, service = { lognormal = { cv = 1 } }, \
             l = [1] }",
            &[("node.c", "{ kind = 'server', service = { exp = '2ms' }, l = [2] }")],
            "{ node = { c = { cores = 2, kind = \"server\", service = { exp = \"2ms\" }, \
             l = [2] } } }",
        );
        check(
            "node.c = { kind = 'server', cores = 2 }",
            &[("node.c", "{ kind = 'database' }")],
            "{ node = { c = { kind = \"database\" } } }",
        );
        check("a = { x = 1 }", &[("a", "2")], "{ a = 2 }");
    }

    #[test]
    fn missing_tables_are_made() {
        check("x = 1", &[("a.b.c", "2")], "{ x = 1, a = { b = { c = 2 } } }");
    }

    #[test]
    fn the_same_alternative_keeps_what_goes_along() {
        check(
            "node.c.arrivals = { poisson = '1/s', batch = 3 }",
            &[("node.c.arrivals.poisson", "'2/s'")],
            "{ node = { c = { arrivals = { batch = 3, poisson = \"2/s\" } } } }",
        );
    }

    #[test]
    fn another_alternative_replaces_the_choice() {
        check(
            "node.c.arrivals = { poisson = '1/s', batch = 3 }",
            &[("node.c.arrivals.regular", "'2/s'")],
            "{ node = { c = { arrivals = { regular = \"2/s\" } } } }",
        );
        check(
            "node.c.service = '5ms'",
            &[("node.c.service.exp", "'2ms'")],
            "{ node = { c = { service = { exp = \"2ms\" } } } }",
        );
    }

    #[test]
    fn what_goes_along_is_added_to_the_present_alternative() {
        check(
            "node.c.arrivals = { poisson = '1/s' }",
            &[("node.c.arrivals.batch", "2")],
            "{ node = { c = { arrivals = { poisson = \"1/s\", batch = 2 } } } }",
        );
    }

    #[test]
    fn elements_of_lists_are_numbered_from_zero() {
        check(
            "work = [{ cpu = '1ms' }, { wait = '2ms' }]",
            &[("work.0.cpu.exp", "'3ms'"), ("work.1", "4")],
            "{ work = [{ cpu = { exp = \"3ms\" } }, 4] }",
        );
    }

    #[test]
    fn a_new_kind_is_set_before_the_other_keys() {
        check(
            "node.a = { kind = 'server', queue = 1 }",
            &[("node.a.cores", "8"), ("node.a.kind", "'database'")],
            "{ node = { a = { cores = 8, kind = \"database\" } } }",
        );
    }

    #[test]
    fn an_element_that_does_not_exist_is_refused() {
        let said = set("work = [1, 2]", &[("work.2", "3")]).expect_err("no such element");
        assert_eq!(
            said.trim_end(),
            "error: the list `work` has no element `2`
 --> sweep:1:1
  |
1 | work.2
  | ^^^^^^ its elements are 0 to 1"
        );
        for key in ["work.x", "work.-1", "work.99999999999999999999"] {
            assert!(set("work = [1, 2]", &[(key, "3")]).is_err(), "{key}");
        }
    }

    #[test]
    fn a_path_through_a_plain_value_is_refused() {
        let said = set("node.a.cores = 2", &[("node.a.cores.x", "3")]).expect_err("no table");
        assert!(said.contains("`node.a.cores` is a whole number, so it has no key `x`"), "{said}");
    }

    #[test]
    fn a_slip_in_a_name_is_warned_of() {
        let root = tree::document("[node.app]", 0, &mut Diagnostics::new()).table;
        let warn = |key: &str| {
            let mut diagnostics = Diagnostics::new();
            let path = Path::parse(key, &(0..0)).expect("a path");
            warn_of_new_tables(&root, &path, &["node"], &mut diagnostics);
            diagnostics.sorted().first().map(|d| (*d).clone())
        };
        let warning = warn("node.ap.cores").expect("a warning");
        assert_eq!(warning.help.as_deref(), Some("did you mean `app`?"));
        assert!(warn("node.app.cores").is_none() && warn("seed").is_none());
    }
}
