//! All that is wrong with a scenario, gathered so that it is told at once.

use std::collections::BTreeSet;

use super::render::{Look, render};
use super::{Diagnostic, Severity};
use crate::scenario::source::Sources;

/// So many diagnostics are shown at most; of the rest only the number is told.
pub const MAX_SHOWN: usize = 20;
/// So many are kept at most; further ones are counted.
const MAX_KEPT: usize = 200;

/// All that is wrong.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Of each of the list the variants of which it was said.
    said_of: Vec<BTreeSet<usize>>,
    /// The names of all variants that were looked at.
    variants: Vec<String>,
    /// The one that is looked at now.
    variant: Option<usize>,
    known: BTreeSet<(usize, usize, String)>,
    errors: usize,
    /// Errors that were pushed, those included that had been said before.
    pushed: usize,
    warnings: usize,
    unreadable: usize,
}

impl Diagnostics {
    /// Nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, unless the same was said of the same place before: variants share most of their
    /// text, and one mistake in it is one mistake.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.pushed += usize::from(diagnostic.severity == Severity::Error);
        if !self.is_full() {
            let span = diagnostic.span.clone().unwrap_or(0..0);
            if !self.known.insert((span.start, span.end, diagnostic.message.clone())) {
                let is_same = |it: &Diagnostic| {
                    it.span == diagnostic.span && it.message == diagnostic.message
                };
                if let Some(place) = self.list.iter().position(is_same) {
                    self.said_of[place].extend(self.variant);
                }
                return;
            }
        }
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        self.unreadable += usize::from(diagnostic.unreadable);
        if !self.is_full() {
            self.list.push(diagnostic);
            self.said_of.push(self.variant.into_iter().collect());
        }
    }

    /// From now on, what is added is said of this variant, or of none.
    pub fn speak_of(&mut self, variant: Option<&str>) {
        self.variant = variant.map(|name| {
            let known = self.variants.iter().position(|other| other == name);
            known.unwrap_or_else(|| {
                self.variants.push(name.to_owned());
                self.variants.len() - 1
            })
        });
    }

    /// In which variants an error of these stands, if it does not in all that were looked at.
    #[must_use]
    pub(super) fn only_in(&self, error: &Diagnostic) -> Option<String> {
        let place = self.list.iter().position(|it| std::ptr::eq(it, error))?;
        let said_of = &self.said_of[place];
        let count = said_of.len();
        if error.severity != Severity::Error || count == 0 || count == self.variants.len() {
            return None;
        }
        let names: Vec<&str> = said_of.iter().map(|it| self.variants[*it].as_str()).collect();
        let noun = if count == 1 { "in variant" } else { "in the variants" };
        Some(format!("{noun} `{}`", names.join("`, `")))
    }

    /// Whether further ones are only counted, so that making them up is in vain.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() >= MAX_KEPT
    }

    /// Counts `errors` that are not worth a description: too many are known already.
    pub fn count_more(&mut self, errors: usize) {
        self.errors += errors;
        self.pushed += errors;
    }

    /// Whether the scenario cannot run.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are, those included that are only counted.
    #[must_use]
    pub const fn errors(&self) -> usize {
        self.errors
    }

    /// How many errors were pushed, those included that are not told because they had been said
    /// before: whether something went wrong since then shows in this number.
    #[must_use]
    pub const fn pushed(&self) -> usize {
        self.pushed
    }

    /// How many warnings there are.
    #[must_use]
    pub const fn warnings(&self) -> usize {
        self.warnings
    }

    /// The exit status of a command that ends here: 0 without errors, 4 if nothing is wrong but
    /// that a file cannot be read, else 2.
    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match (self.errors, self.unreadable) {
            (0, _) => 0,
            (errors, unreadable) if errors == unreadable => 4,
            _ => 2,
        }
    }

    /// Those that are kept, by their place; those without a place come first.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.list.iter().collect();
        all.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| (span.start, span.end)));
        all
    }

    /// Those to show, by their place, and how many errors and warnings are left out. Warnings are
    /// left out before errors.
    #[must_use]
    pub fn shown(&self) -> (Vec<&Diagnostic>, usize, usize) {
        let mut all = self.sorted();
        let errors = all.iter().filter(|d| d.severity == Severity::Error).count().min(MAX_SHOWN);
        let warnings = (all.len() - errors).min(MAX_SHOWN - errors).min(self.warnings);
        let mut room = [errors, warnings];
        all.retain(|diagnostic| {
            let left = &mut room[diagnostic.severity as usize];
            *left > 0 && {
                *left -= 1;
                true
            }
        });
        (all, self.errors - errors, self.warnings - warnings)
    }

    /// The whole as plain text, as `commands` prints it without colours.
    #[must_use]
    pub fn to_plain(&self, sources: &Sources) -> String {
        render(self, sources, Look::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::error(1..2, "wrong"));
        all.push(Diagnostic::error(1..2, "wrong"));
        all.push(Diagnostic::error(1..2, "otherwise wrong"));
        assert_eq!((all.errors(), all.pushed()), (2, 3));
    }

    #[test]
    fn an_error_of_some_variants_only_names_them() {
        let mut all = Diagnostics::new();
        for (variant, places) in [("one", &[1, 2][..]), ("two", &[1, 3]), ("three", &[1, 3])] {
            all.speak_of(Some(variant));
            places.iter().for_each(|at| all.push(Diagnostic::error(*at..*at, "wrong")));
        }
        all.speak_of(None);
        all.push(Diagnostic::error(4..4, "wrong"));
        let told: Vec<_> = all.sorted().iter().map(|error| all.only_in(error)).collect();
        let (one, others) = ("in variant `one`", "in the variants `two`, `three`");
        assert_eq!(told, [None, Some(one.to_owned()), Some(others.to_owned()), None]);
    }

    #[test]
    fn they_are_sorted_by_place() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::error(7..8, "late"));
        all.push(Diagnostic::error(1..2, "early"));
        all.push(Diagnostic::nowhere("placeless"));
        let order: Vec<&str> = all.sorted().iter().map(|d| d.message.as_str()).collect();
        assert_eq!(order, ["placeless", "early", "late"]);
    }

    #[test]
    fn errors_are_shown_before_warnings_and_the_rest_is_counted() {
        let mut all = Diagnostics::new();
        for at in 0..15 {
            all.push(Diagnostic::warning(at..at, "odd"));
            all.push(Diagnostic::error(at..at, "wrong"));
        }
        let (shown, errors, warnings) = all.shown();
        assert_eq!(shown.iter().filter(|d| d.severity == Severity::Error).count(), 15);
        assert_eq!((shown.len(), errors, warnings), (20, 0, 10));
    }

    #[test]
    fn a_million_errors_are_counted_and_not_kept() {
        let mut all = Diagnostics::new();
        for at in 0..1_000_000 {
            all.push(Diagnostic::error(at..at, "wrong"));
        }
        let (shown, errors, _) = all.shown();
        assert_eq!((shown.len(), errors), (20, 999_980));
        assert_eq!(all.sorted().len(), MAX_KEPT);
    }

    #[test]
    fn an_unreadable_file_has_an_exit_status_of_its_own() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::warning(0..0, "odd"));
        assert_eq!(all.exit_status(), 0);
        all.push(Diagnostic { unreadable: true, ..Diagnostic::nowhere("gone") });
        assert_eq!(all.exit_status(), 4);
        all.push(Diagnostic::error(0..0, "wrong"));
        assert_eq!(all.exit_status(), 2);
    }
}
