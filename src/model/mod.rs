//! The model: a scenario as typed, comparable data, every word and number read, no name resolved.
//!
//! Tables are kept by sorted name, so the order in which a file has them means nothing.

mod connection;
mod costs;
mod keys;
mod link;
mod machine;
mod node;
mod probe;
mod run;

use std::collections::BTreeMap;

pub use connection::{ConnectionSpec, Protocol, TlsVersion};
pub use costs::{CostsSpec, SignatureCosts};
pub use keys::Keys;
pub use link::{LinkSpec, LossSpec, LossTable};
pub use machine::MachineSpec;
pub use node::{CallTimeouts, NodeSpec};
pub use probe::ProbeSpec;
pub use run::{ClockSpec, LimitsSpec, MeasureSpec, RunSpec, SloSpec, Study, Until, Warmup};

use crate::attack::{CsrfSpec, XssSpec};
use crate::auth::AuthSpec;
use crate::endpoint::EndpointSpec;
use crate::fault::FaultSpec;
use crate::people::{PageSpec, VisitSpec};

/// Where something stands in the scenario's texts, as a range of the sources' common address
/// space.
pub type Place = std::ops::Range<usize>;

/// Something that has a name in the scenario, and where that name stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T> {
    /// What it is.
    pub spec: T,
    /// Where its name stands.
    pub place: Place,
    /// Where its keys stand.
    pub keys: Keys,
}

impl<T> Named<T> {
    /// Where the value at `path` of its table stands; its name if that is not written.
    #[must_use]
    pub fn at(&self, path: &str) -> Place {
        self.keys.at(path).unwrap_or(&self.place).clone()
    }
}

/// One variant of a scenario, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// What is run, for how long, and what is measured.
    pub run: RunSpec,
    /// Machines by name.
    pub machines: BTreeMap<String, Named<MachineSpec>>,
    /// Endpoints by name.
    pub endpoints: BTreeMap<String, Named<EndpointSpec>>,
    /// Nodes by name.
    pub nodes: BTreeMap<String, Named<NodeSpec>>,
    /// Links by the names of their ends, with the place of each name.
    pub links: BTreeMap<(String, String), LinkEntry>,
    /// Probes by name.
    pub probes: BTreeMap<String, Named<ProbeSpec>>,
    /// How people prove who they are.
    pub auth: Option<Named<AuthSpec>>,
    /// What is forged in people's names.
    pub csrf: Option<Named<CsrfSpec>>,
    /// What scripts of somebody else do in pages.
    pub xss: Option<Named<XssSpec>>,
    /// Pages by name.
    pub pages: BTreeMap<String, Named<PageSpec>>,
    /// Visits by name.
    pub visits: BTreeMap<String, Named<VisitSpec>>,
    /// Faults by name.
    pub faults: BTreeMap<String, Named<FaultSpec>>,
}

/// A link, and where the names of its ends stand.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkEntry {
    /// What it is.
    pub spec: LinkSpec,
    /// Where the caller's name stands.
    pub from: Place,
    /// Where the callee's name stands.
    pub to: Place,
    /// Where its keys stand.
    pub keys: Keys,
}

impl LinkEntry {
    /// Where the value at `path` of its table stands; the callee's name if that is not written.
    #[must_use]
    pub fn at(&self, path: &str) -> Place {
        self.keys.at(path).unwrap_or(&self.to).clone()
    }
}
