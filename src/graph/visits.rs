//! From pages and visits to what a client's visitors do.

use std::sync::Arc;

use super::build::Build;
use super::client::upper_ends;
use crate::arrivals::Arrivals;
use crate::dist::Dist;
use crate::id::EndpointId;
use crate::model::Named;
use crate::net::OriginId;
use crate::nodes::KindSpec;
use crate::nodes::client::ClientSpec;
use crate::people::{PagePlan, PageSpec, PartPlan, VisitPlan, VisitSpec};
use crate::scenario::Diagnostic;
use crate::time::Span;
use crate::unit::Probability;

/// The name of the visit that a client's people make, if they come as visitors.
pub(super) fn visit_of(build: &mut Build<'_>, name: &str, client: &ClientSpec) -> Option<String> {
    let Some(Arrivals::Visits { visit, .. }) = &client.arrivals else { return None };
    let model = build.model;
    if !model.visits.contains_key(visit) {
        let at = build.at_node(name, "arrivals.visit");
        build.unknown("visit", visit, &at, model.visits.keys().map(String::as_str));
    }
    if !client.mix.is_empty() {
        let at = build.at_node(name, "mix");
        let message = "visitors ask for the pages of their visit: they have no `mix`";
        let error = Diagnostic::error(at, message);
        build.diagnostics.push(error.help(format!("name the pages in [visit.{visit}]")));
    }
    Some(visit.clone())
}

/// The parts of the pages of a visit, in the order of the pages; nothing if no page of any visitor
/// of the scenario has any, so that nobody asks how long pages take.
pub(super) fn parts(build: &mut Build<'_>, visit: &str) -> Vec<PagePlan> {
    let model = build.model;
    let Some(owner) = model.visits.get(visit) else { return Vec::new() };
    let named = owner.spec.pages.keys().filter_map(|page| model.pages.get(page.get_ref()));
    let pages: Vec<&Named<PageSpec>> = named.collect();
    if !have_parts(build) {
        return Vec::new();
    }
    pages.into_iter().map(|page| page_plan(build, page)).collect()
}

/// Whether a page that some visitor may look at has parts.
fn have_parts(build: &Build<'_>) -> bool {
    let model = build.model;
    let visits = model.nodes.values().filter_map(|node| {
        let KindSpec::Client(client) = &node.spec.kind else { return None };
        let Some(Arrivals::Visits { visit, .. }) = &client.arrivals else { return None };
        model.visits.get(visit)
    });
    let mut pages = visits.flat_map(|visit| visit.spec.pages.keys());
    pages.any(|page| {
        model.pages.get(page.get_ref()).is_some_and(|page| !page.spec.resources.is_empty())
    })
}

/// A page with its parts.
fn page_plan(build: &mut Build<'_>, page: &Named<PageSpec>) -> PagePlan {
    let mut parts = Vec::new();
    for (number, it) in page.spec.resources.iter().enumerate() {
        for (key, value, most) in [("count", it.count, 10_000), ("depth", it.depth, 100)] {
            if !(1..=most).contains(&value) {
                let at = page.at(&format!("resources.{number}.{key}"));
                build.error(&at, format!("`{key}` is from 1 to {most}, not {value}"));
            }
        }
        let above = |other: &&crate::people::ResourceSpec| other.depth + 1 == it.depth;
        if it.depth > 1 && !page.spec.resources.iter().any(|other| above(&other)) {
            let at = page.at(&format!("resources.{number}.depth"));
            let message = format!("nothing of depth {} is there to find it in", it.depth - 1);
            build.error(&at, message);
        }
        let from =
            if it.script { build.origins.id(origin_of(build, page)) } else { OriginId::NONE };
        if let Some(endpoint) = build.endpoint(it.endpoint.get_ref(), &it.endpoint.span()) {
            parts.push(PartPlan { endpoint, count: it.count, depth: it.depth, from });
        }
    }
    // Stable, so that parts of one depth are asked for in the order in which they are written.
    parts.sort_by_key(|part| part.depth);
    PagePlan { parts: parts.into() }
}

/// The origin of a page: that of its endpoint.
pub(super) fn origin_of<'a>(build: &Build<'a>, page: &Named<PageSpec>) -> Option<&'a str> {
    let endpoint = build.model.endpoints.get(page.spec.endpoint.get_ref())?;
    endpoint.spec.origin.as_deref()
}

/// The endpoints of the pages of a visit, with the upper ends of their shares.
pub(super) fn pages(build: &mut Build<'_>, visit: &str) -> Vec<(f64, EndpointId)> {
    let model = build.model;
    let Some(owner) = model.visits.get(visit) else { return Vec::new() };
    let mut shares = Vec::new();
    for (page, share) in &owner.spec.pages {
        if !share.is_finite() || *share < 0.0 {
            let at = owner.at(&format!("pages.{}", page.get_ref()));
            build.error(&at, format!("a share is a number from 0 on, not {share}"));
            continue;
        }
        let Some(found) = model.pages.get(page.get_ref()) else {
            let names = model.pages.keys().map(String::as_str);
            build.unknown("page", page.get_ref(), &page.span(), names);
            continue;
        };
        let endpoint = &found.spec.endpoint;
        if let Some(endpoint) = build.endpoint(endpoint.get_ref(), &endpoint.span()) {
            shares.push((*share, endpoint));
        }
    }
    let is_whole = shares.len() == owner.spec.pages.len();
    if is_whole && shares.iter().all(|(share, _)| *share <= 0.0) {
        build.error(&owner.at("pages"), format!("visit `{visit}` has no pages"));
    }
    upper_ends(shares)
}

/// What the visitors of a client do.
pub(super) fn visits(
    build: &mut Build<'_>,
    name: &str,
    arrivals: &Arrivals,
) -> Option<Arc<VisitPlan>> {
    let Arrivals::Visits { visits, visit } = arrivals else { return None };
    let owner: &Named<VisitSpec> = build.model.visits.get(visit)?;
    let spec = &owner.spec;
    if spec.length.is_some() && spec.stay.is_some() {
        let sentence = "a visit has a `length` in pages or a `stay`, not both";
        build.error(&owner.at("length"), sentence);
    }
    if spec.devices.is_some_and(|devices| !(1..=100).contains(&devices)) {
        build.error(&owner.at("devices"), "a visitor comes with 1 to 100 devices");
    }
    if spec.length.as_ref().is_some_and(|length| length.mean() <= 0.0) {
        build.error(&owner.at("length"), "a visit has at least 1 page");
    }
    if spec.people == Some(0) {
        build.error(&owner.at("people"), "there is at least 1 person: `people` is from 1 on");
    }
    let distances = if let Arrivals::Interval { interval } = &**visits {
        let at = build.at_node(name, "arrivals.visits.interval");
        Some(build.law(interval, &at))
    } else {
        None
    };
    let think = spec.think.clone().unwrap_or(Dist::Constant(Span::ZERO));
    let think = build.law(&think, &owner.at("think"));
    if spec.stay.is_some() && think.mean() <= 0.0 {
        let sentence = "a `stay` needs a `think` time, or its pages have no end";
        build.error(&owner.at("stay"), sentence);
    }
    let stay = spec.stay.as_ref().map(|stay| build.law(stay, &owner.at("stay")));
    Some(Arc::new(VisitPlan {
        arrivals: (**visits).clone(),
        distances,
        length: spec.length,
        stay,
        think,
        people: spec.people,
        devices: spec.devices.unwrap_or(1),
        login: spec.login.get(),
        logout: spec.logout.map_or(Probability::NEVER, crate::people::Share::get),
    }))
}
