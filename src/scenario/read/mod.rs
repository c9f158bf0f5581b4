//! Reading a table as a typed value, with all that is wrong in it told at once.

mod access;
mod alternative;
mod elsewhere;
mod fault;
mod fields;
mod key;
mod reader;
#[cfg(test)]
mod tests;
mod wording;

pub use fields::{fields_of, split_table};

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use self::fault::Fault;
use self::reader::{Pass, Reader, Stray};
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::source::Span;
use crate::scenario::tree::{Item, Table};

/// So many faults of one table are looked for at most: more than are ever shown.
const MAX_FAULTS: usize = 64;
/// Looking for the next fault reads the table again, so in a huge table fewer are looked for.
const MAX_VALUES_READ: usize = 4_000_000;

/// Reads `table` as a `T`, or tells all that is wrong with it.
///
/// Keys that no field has are errors, whatever `T` says of them; `also` are names that are allowed
/// besides, because the table is read as another type too. Of several missing keys of one table
/// only the first is told: serde stops at it.
#[must_use]
pub fn read_table<T: DeserializeOwned>(
    table: &Table,
    also: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let read = |pass: &Pass<'_>| T::deserialize(Reader::root(table, pass));
    read_all(read, table.count(), &table.span, also, diagnostics)
}

/// Reads one value as a `T`, or tells all that is wrong with it.
#[must_use]
pub fn read_item<T: DeserializeOwned>(item: &Item, diagnostics: &mut Diagnostics) -> Option<T> {
    let read = |pass: &Pass<'_>| T::deserialize(Reader::of(item, pass));
    read_all(read, item.count(), &item.span, &[], diagnostics)
}

/// Reads again and again without what was wrong, until nothing is wrong or nothing is left.
fn read_all<T>(
    read: impl Fn(&Pass<'_>) -> Result<T, Fault>,
    size: usize,
    span: &Span,
    also: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let mut left_out = BTreeSet::new();
    let mut strays: BTreeMap<usize, Stray> = BTreeMap::new();
    let mut value = None;
    for _ in 0..(MAX_VALUES_READ / (size + 1)).clamp(2, MAX_FAULTS) {
        let pass = Pass { left_out: &left_out, also, strays: RefCell::default() };
        let result = read(&pass);
        strays.extend(pass.strays.into_inner().into_iter().map(|stray| (stray.span.start, stray)));
        let fault = match result {
            Ok(complete) => {
                value = Some(complete).filter(|_| left_out.is_empty() && strays.is_empty());
                break;
            }
            Err(fault) => fault,
        };
        if !fault.follows() {
            diagnostics.push(wording::fault(&fault, span));
        }
        match &fault.owner {
            Some(owner) if left_out.insert((owner.start, owner.end)) => {}
            _ => break,
        }
    }
    for stray in strays.values() {
        if diagnostics.is_full() {
            diagnostics.count_more(1);
        } else {
            diagnostics.push(wording::stray(stray, also));
        }
    }
    value
}
