//! All that is measured, by the keys of the table `[costs]`.

use super::super::exit::CommandError;
use super::batches::{Plan, Took};
use super::{compression, passwords, signatures};

/// Something that was measured.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// Where it stands in the table `[costs]`; none for what scenarios say elsewhere.
    pub(super) key: Option<&'static str>,
    /// What it is.
    pub(super) what: &'static str,
    /// How long it takes.
    pub(super) took: Took,
}

/// What went wrong with an implementation.
pub(super) type Failed = String;

/// Something to be measured.
pub(super) struct Work {
    pub(super) key: Option<&'static str>,
    pub(super) what: &'static str,
    pub(super) measure: Box<dyn Fn(Plan) -> Result<Took, Failed>>,
}

/// Measures one thing after the other; `begins` is told what comes next and may end it.
pub(super) fn all(
    is_quick: bool,
    mut begins: impl FnMut(&str) -> Result<(), CommandError>,
) -> Result<Vec<Measured>, CommandError> {
    let plan = Plan::new(is_quick);
    let mut all = Vec::new();
    for Work { key, what, measure } in
        passwords::all().into_iter().chain(signatures::all()).chain(compression::all())
    {
        begins(what)?;
        let failed = |why| CommandError::Fault(format!("cannot measure {what}: {why}"));
        all.push(Measured { key, what, took: measure(plan).map_err(failed)? });
    }
    Ok(all)
}

/// A sentence about an error that says little itself.
pub(super) fn failed(error: impl std::fmt::Debug) -> Failed {
    format!("{error:?}")
}
