//! A case: what it is called, what it compares, and what came of it.

use serde::Serialize;

use super::super::{Judged, Verdict};

/// What a case does. `true` asks for fewer requests.
type Compare = dyn Fn(bool) -> Result<Vec<Row>, String> + Send + Sync;

/// Something that is compared.
pub(in crate::validate) struct Case {
    pub(in crate::validate) id: String,
    /// Whether a quick run takes it.
    pub(in crate::validate) is_quick: bool,
    compare: Box<Compare>,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// Its name.
    pub id: String,
    /// What was compared.
    pub rows: Vec<Row>,
    /// Why it could not be run, if so.
    pub fault: Option<String>,
}

/// One number against what it should be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is.
    pub metric: String,
    /// What it should be.
    pub expected: f64,
    /// What was simulated.
    pub simulated: f64,
    /// How far it may be off.
    pub tolerance: f64,
    /// Whether it is as it should be.
    pub verdict: Verdict,
}

impl Case {
    pub(in crate::validate) fn new(
        id: String,
        is_quick: bool,
        compare: impl Fn(bool) -> Result<Vec<Row>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { id, is_quick, compare: Box::new(compare) }
    }

    /// Runs it.
    pub(in crate::validate) fn report(&self, is_quick: bool) -> CaseReport {
        let (rows, fault) = match (self.compare)(is_quick) {
            Ok(rows) => (rows, None),
            Err(fault) => (Vec::new(), Some(fault)),
        };
        CaseReport { id: self.id.clone(), rows, fault }
    }
}

impl Judged for CaseReport {
    fn id(&self) -> &str {
        &self.id
    }

    fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.rows.iter().map(|row| row.verdict)
    }
}

impl Row {
    /// A number that may be so far off.
    pub(in crate::validate) fn near(
        metric: String,
        expected: f64,
        simulated: f64,
        tolerance: f64,
    ) -> Self {
        let is_near = (simulated - expected).abs() <= tolerance;
        let verdict = if is_near { Verdict::Pass } else { Verdict::Miss };
        Self { metric, expected, simulated, tolerance, verdict }
    }

    /// A number that may be off by this share of what it should be.
    pub(in crate::validate) fn within(
        metric: String,
        expected: f64,
        simulated: f64,
        share: f64,
    ) -> Self {
        Self::near(metric, expected, simulated, share * expected.abs())
    }

    /// The same, not judged.
    pub(in crate::validate) fn shown(self) -> Self {
        Self { verdict: Verdict::Exempt, ..self }
    }
}
