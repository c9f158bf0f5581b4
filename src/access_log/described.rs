//! Endpoints with what a scenario calls them and what was fitted to them.

use std::collections::BTreeSet;

use super::{Endpoint, Popularity, fit};

/// The longest name that is made, in bytes.
const MAX_NAME: usize = 48;

/// An endpoint of a scenario, by its log.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its name: letters, digits and `-`, unlike all others.
    pub name: String,
    /// What was counted of it.
    pub endpoint: Endpoint,
    /// How unequally its objects are asked for, if there are several.
    pub popularity: Option<Popularity>,
}

/// Names for endpoints, and what fits them.
#[must_use]
pub fn described(endpoints: Vec<Endpoint>) -> Vec<Described> {
    let mut names = BTreeSet::new();
    let describe = |endpoint: Endpoint| {
        let name = unlike(name_of(&endpoint), &mut names);
        let popularity = fit(endpoint.objects.values().copied().collect());
        Described { name, endpoint, popularity }
    };
    endpoints.into_iter().map(describe).collect()
}

impl Described {
    /// The status that most of its answers have; of those that do not fail, if there are any.
    #[must_use]
    pub fn status(&self) -> u16 {
        let most = |is: fn(u16) -> bool| {
            let statuses = self.endpoint.statuses.iter().filter(|(status, _)| is(**status));
            // Of equals the lowest.
            statuses.rev().max_by_key(|(_, count)| **count).map(|(status, _)| *status)
        };
        let failed: fn(u16) -> bool = |status| status >= 400;
        most(|status| status < 400).or_else(|| most(failed)).unwrap_or(200)
    }

    /// The statuses of failures besides, each with its share of the requests that did not fail
    /// with one before.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share is no exact number")]
    pub fn failures(&self) -> Vec<(u16, f64)> {
        let mut left = self.endpoint.requests;
        let own = self.status();
        let others = self.endpoint.statuses.iter();
        let others = others.filter(|(status, _)| **status >= 400 && **status != own);
        others
            .map(|(status, count)| {
                let share = *count as f64 / left as f64;
                left -= *count;
                (*status, share)
            })
            .collect()
    }
}

/// A name that tells the method and the pattern.
fn name_of(endpoint: &Endpoint) -> String {
    if endpoint.method.is_empty() {
        return "other".to_owned();
    }
    let mut name = String::new();
    for c in format!("{}-{}", endpoint.method, endpoint.pattern).chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == MAX_NAME {
            break;
        }
    }
    let name = name.trim_matches('-');
    if name.contains('-') { name.to_owned() } else { format!("{name}-root") }
}

/// `name`, with a number if another one has it already.
fn unlike(name: String, names: &mut BTreeSet<String>) -> String {
    let numbered = |number: usize| format!("{name}-{number}");
    let others = (2..).map(numbered);
    let free = std::iter::once(name.clone()).chain(others).find(|it| !names.contains(it));
    let free = free.unwrap_or(name);
    names.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn endpoint(method: &str, pattern: &str, statuses: &[(u16, u64)]) -> Endpoint {
        Endpoint {
            method: method.to_owned(),
            pattern: pattern.to_owned(),
            requests: statuses.iter().map(|(_, count)| count).sum(),
            statuses: BTreeMap::from_iter(statuses.iter().copied()),
            ..Endpoint::default()
        }
    }

    #[test]
    fn names_are_plain_and_unlike() {
        let long = "/x".repeat(200);
        let patterns = ["/", "/p/:id", "/p//:id", "/P/%20:id.html", &long, "*"];
        let all = patterns.iter().map(|pattern| endpoint("GET", pattern, &[])).collect();
        let names: Vec<String> = described(all).into_iter().map(|it| it.name).collect();
        let expected = ["get-root", "get-p-id", "get-p-id-2", "get-p-20-id-html"];
        assert_eq!(names[..4], expected);
        assert!(names[4].len() <= MAX_NAME && names[5] == "get-root-2", "{names:?}");
        assert_eq!(described(vec![endpoint("", "", &[])])[0].name, "other");
    }

    #[test]
    fn failures_have_their_shares_of_what_is_left() {
        let statuses = [(200, 60), (304, 15), (404, 20), (500, 5)];
        let it = &described(vec![endpoint("GET", "/", &statuses)])[0];
        assert_eq!(it.status(), 200);
        let failures = it.failures();
        assert_eq!([failures[0].0, failures[1].0], [404, 500]);
        assert!((failures[0].1 - 0.2).abs() < 1e-12 && (failures[1].1 - 0.0625).abs() < 1e-12);
        let it = &described(vec![endpoint("GET", "/", &[(404, 3), (410, 1)])])[0];
        assert_eq!((it.status(), it.failures()), (404, vec![(410, 0.25)]));
    }
}
