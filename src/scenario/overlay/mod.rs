//! One mechanism for variants, sweeps and the command line: a tree laid over another.

mod aim;
mod assign;

pub use aim::{Aimed, aim, may_vary};
pub use assign::{Assignment, assign, assign_all, warn_of_new_tables};

use crate::scenario::tree::{Entry, Table, Value};

/// What the merging has to know of the meaning of keys.
///
/// A *choice* is a table that stands for one of several alternatives, such as the distribution
/// `{ lognormal = { mean, cv } }`: two of them do not mix, so one replaces the other. A function
/// from a path to a truth value is the simplest `Choices`.
pub trait Choices {
    /// Whether the key at `path` holds a choice.
    fn is_choice(&self, path: &[&str]) -> bool;

    /// Whether `key`, in the choice at `path`, is not an alternative but goes along with one, as
    /// `batch` goes along with `poisson`.
    fn goes_along(&self, path: &[&str], key: &str) -> bool {
        let _ = (path, key);
        false
    }
}

impl<F: Fn(&[&str]) -> bool> Choices for F {
    fn is_choice(&self, path: &[&str]) -> bool {
        self(path)
    }
}

/// Lays `over` over `base`. Tables merge key by key; a choice, a list and a node of another `kind`
/// are replaced whole.
pub fn merge(base: &mut Table, over: Table, choices: &dyn Choices) {
    merge_at(base, over, choices, &mut Vec::new());
}

fn merge_at(base: &mut Table, over: Table, choices: &dyn Choices, path: &mut Vec<String>) {
    for (key, entry) in over {
        path.push(key);
        let key = &path[path.len() - 1];
        match (base.get_mut(key).map(|item| &mut item.value), entry) {
            (
                Some(Value::Table(below)),
                Entry {
                    item: crate::scenario::tree::Item { value: Value::Table(above), .. }, ..
                },
            ) if merges(below, &above, choices, path) => merge_at(below, above, choices, path),
            (_, entry) => base.insert(key.clone(), entry),
        }
        path.pop();
    }
}

/// Whether two tables at `path` merge key by key.
fn merges(below: &Table, above: &Table, choices: &dyn Choices, path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let changes = above.get("kind").is_some_and(|kind| changes_kind(below, &path, &kind.value));
    !changes && !choices.is_choice(&path)
}

/// Whether giving the table at `path` this `kind` makes another node of it.
pub(super) fn changes_kind(below: &Table, path: &[&str], kind: &Value) -> bool {
    matches!(path, ["node", _]) && below.get("kind").is_some_and(|old| old.value != *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::diagnostic::Diagnostics;
    use crate::scenario::tree::document;

    fn is_choice(path: &[&str]) -> bool {
        matches!(path, ["node", _, "service" | "arrivals"] | ["seed"])
    }

    fn check(base: &str, over: &str, expected: &str) {
        let parse = |text: &str| document(text, 0, &mut Diagnostics::new()).table;
        let mut table = parse(base);
        merge(&mut table, parse(over), &is_choice);
        assert_eq!(label(table), label(parse(expected)));
    }

    fn label(table: Table) -> String {
        let mut entries: Vec<(String, Entry)> = table.into_iter().collect();
        for (at, (_, entry)) in entries.iter_mut().enumerate() {
            // In the order of the keys, wherever they stand.
            entry.key_span = at..at;
            if let Value::Table(inner) = &mut entry.item.value {
                let text = label(std::mem::take(inner));
                entry.item.value = Value::Text(text);
            }
        }
        Value::Table(entries.into_iter().collect()).label()
    }

    #[test]
    fn tables_merge_key_by_key() {
        check(
            "[a]\nx = 1\ny = 2\n[a.b]\nz = 3",
            "[a]\ny = 4\n[a.b]\nw = 5",
            "[a]\nx=1\ny=4\nb={w=5,z=3}",
        );
    }

    #[test]
    fn a_list_is_replaced_whole() {
        check("a = [1, 2, 3]", "a = [4]", "a = [4]");
    }

    #[test]
    fn a_choice_is_replaced_whole() {
        check(
            "[node.db]\nservice = { lognormal = { mean = '5ms', cv = 1 } }\ncores = 8",
            "[node.db]\nservice = { exp = '1ms' }",
            "[node.db]\nservice = { exp = '1ms' }\ncores = 8",
        );
        check(
            "[node.db]\nservice = { exp = '1ms' }",
            "[node.db]\nservice = '2ms'",
            "[node.db]\nservice = '2ms'",
        );
    }

    #[test]
    fn a_node_of_another_kind_is_replaced_whole() {
        check(
            "[node.a]\nkind = 'server'\ncores = 2",
            "[node.a]\nkind = 'database'",
            "[node.a]\nkind = 'database'",
        );
        check(
            "[node.a]\nkind = 'server'\ncores = 2",
            "[node.a]\nkind = 'server'\nqueue = 1",
            "[node.a]\nkind = 'server'\ncores = 2\nqueue = 1",
        );
        check(
            "[fault.a]\nkind = 'x'\nat = 1",
            "[fault.a]\nkind = 'y'",
            "[fault.a]\nkind='y'\nat=1",
        );
    }

    #[test]
    fn a_table_and_a_plain_value_replace_one_another() {
        check("cache = { policy = 'lru' }", "cache = false", "cache = false");
        check("cache = false", "cache = { policy = 'lru' }", "cache = { policy = 'lru' }");
    }
}
