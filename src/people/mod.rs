//! What people do: the pages that they look at, and the visits that are made of pages.
//!
//! A scenario writes them by name; a client's arrivals say which visit those who come make.

mod browsed;
mod page;
mod visit;

pub use browsed::Browsed;
pub use page::{PagePlan, PageSpec, PartPlan, ResourceSpec};
pub use visit::{Share, Stage, VisitPlan, VisitSpec, who};
