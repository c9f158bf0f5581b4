//! What a log asks for, counted in a memory that is limited however long the log is.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Entry, Sizes, pattern, printable};

/// How much is told apart. What comes after a limit is counted, but no longer told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Objects: targets of endpoints.
    pub objects: usize,
    /// Bytes of the names of all those together.
    pub names: usize,
    /// Endpoints: methods with patterns of paths.
    pub endpoints: usize,
    /// Different seconds in which requests were made.
    pub seconds: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { objects: 1_000_000, names: 128 << 20, endpoints: 10_000, seconds: 8_000_000 }
    }
}

/// The limit without which nothing useful can be said: the log has to be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has requests in more than {0} different seconds: split it into shorter logs")]
pub struct Full(pub usize);

/// All requests of an endpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Endpoint {
    /// Its method; empty for what is not told apart.
    pub method: String,
    /// The pattern of its paths.
    pub pattern: String,
    /// How often it was asked for.
    pub requests: u64,
    /// What was asked for, and how often.
    pub objects: IndexMap<Box<str>, u64>,
    /// Requests for objects that are not told apart.
    pub untold: u64,
    /// The statuses of its answers.
    pub statuses: BTreeMap<u16, u64>,
    /// The sizes of its answers.
    pub sizes: Sizes,
    /// Bytes of the names of all objects that were asked for.
    pub text: u64,
}

/// What was counted of a log.
#[derive(Debug, Default)]
pub struct Survey {
    limits: Limits,
    endpoints: IndexMap<String, Endpoint>,
    rest: Endpoint,
    /// Requests of each second.
    pub seconds: BTreeMap<i64, u32>,
    /// Requests.
    pub requests: u64,
    /// Whether any request tells by whom it was made beside its address.
    pub has_sessions: bool,
    /// Whether any request came from an address, and not just from a name.
    pub has_addresses: bool,
    objects: usize,
    names: usize,
    /// Whether some objects, or endpoints, are not told apart.
    pub is_full: bool,
}

/// Endpoints as a scenario has them: the usual ones, and one for all others.
#[derive(Debug, Default)]
pub struct Condensed {
    /// The endpoints, the one asked for most often first; what is not told apart comes last, with
    /// an empty method.
    pub endpoints: Vec<Endpoint>,
    places: IndexMap<String, usize>,
    /// The place of all others.
    last: usize,
}

impl Survey {
    /// Nothing counted yet, with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// If there are too many different seconds.
    pub fn add(&mut self, entry: &Entry<'_>) -> Result<(), Full> {
        let most = self.limits.seconds;
        if !self.seconds.contains_key(&entry.second) && self.seconds.len() >= most {
            return Err(Full(most));
        }
        let of_second = self.seconds.entry(entry.second).or_default();
        *of_second = of_second.saturating_add(1);
        self.requests += 1;
        self.has_sessions |= entry.user.is_some() || entry.agent.is_some();
        self.has_addresses |= entry.address().is_some();
        let key = key_of(entry);
        let is_new = !self.endpoints.contains_key(&key);
        let is_told = !is_new || self.endpoints.len() < self.limits.endpoints;
        let endpoint = if is_told {
            self.endpoints.entry(key).or_insert_with_key(|key| Endpoint::named(key))
        } else {
            self.is_full = true;
            &mut self.rest
        };
        endpoint.requests += 1;
        *endpoint.statuses.entry(entry.status).or_default() += 1;
        endpoint.sizes.add(entry.bytes);
        let object = printable(&entry.target);
        endpoint.text += object.len() as u64;
        if let Some(count) = endpoint.objects.get_mut(object.as_str()) {
            *count += 1;
            return Ok(());
        }
        let has_room = self.objects < self.limits.objects
            && self.names.saturating_add(object.len()) <= self.limits.names;
        if has_room {
            self.objects += 1;
            self.names += object.len();
            endpoint.objects.insert(object.into(), 1);
        } else {
            self.is_full = true;
            endpoint.untold += 1;
        }
        Ok(())
    }

    /// The `most` endpoints that were asked for most often, and one that all others are.
    #[must_use]
    pub fn condensed(self, most: usize) -> Condensed {
        let mut all: Vec<(String, Endpoint)> = self.endpoints.into_iter().collect();
        all.sort_by(|(key, one), (rival, other)| {
            other.requests.cmp(&one.requests).then_with(|| key.cmp(rival))
        });
        let (mut condensed, mut rest) = (Condensed::default(), self.rest);
        for (place, (key, endpoint)) in all.into_iter().enumerate() {
            if place < most {
                condensed.places.insert(key, place);
                condensed.endpoints.push(endpoint);
            } else {
                rest.add_all(endpoint);
            }
        }
        if rest.requests > 0 {
            condensed.endpoints.push(rest);
        }
        condensed.last = condensed.endpoints.len().saturating_sub(1);
        condensed
    }
}

impl Condensed {
    /// The place of a request's endpoint.
    #[must_use]
    pub fn place_of(&self, entry: &Entry<'_>) -> usize {
        self.places.get(&key_of(entry)).copied().unwrap_or(self.last)
    }
}

impl Endpoint {
    fn named(key: &str) -> Self {
        let (method, pattern) = key.split_once(' ').unwrap_or((key, ""));
        Self { method: method.to_owned(), pattern: pattern.to_owned(), ..Self::default() }
    }

    fn add_all(&mut self, other: Self) {
        self.requests += other.requests;
        self.untold += other.untold;
        self.text += other.text;
        for (object, count) in other.objects {
            *self.objects.entry(object).or_default() += count;
        }
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.sizes.add_all(&other.sizes);
    }
}

/// The method and the pattern of a request.
fn key_of(entry: &Entry<'_>) -> String {
    format!("{} {}", printable(&entry.method).to_ascii_uppercase(), pattern(entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(limits: Limits, requests: &[&str]) -> Survey {
        let mut survey = Survey::new(limits);
        for (request, second) in requests.iter().zip(10..) {
            let line = format!("::1 - - [01/Jan/2026:00:00:{second} +0000] \"{request}\" 200 5");
            survey.add(&Entry::read(line.as_bytes()).unwrap()).unwrap();
        }
        survey
    }

    #[test]
    fn requests_are_counted_by_endpoint_and_object() {
        let requests = ["GET /p/1", "get /p/2", "GET /p/1", "POST /p/1", "GET /about"];
        let survey = survey(Limits::default(), &requests);
        assert_eq!((survey.requests, survey.seconds.len(), survey.is_full), (5, 5, false));
        let condensed = survey.condensed(1);
        let [first, rest] = condensed.endpoints.as_slice() else { panic!() };
        assert_eq!((first.method.as_str(), first.pattern.as_str()), ("GET", "/p/:id"));
        assert_eq!((first.requests, first.objects.len()), (3, 2));
        assert_eq!((rest.method.as_str(), rest.requests, rest.objects.len()), ("", 2, 2));
    }

    #[test]
    fn what_is_beyond_a_limit_is_counted_and_not_told_apart() {
        let requests: Vec<String> = (0..50).map(|n| format!("GET /p/{n}")).collect();
        let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
        let few = Limits { objects: 10, ..Limits::default() };
        let survey_of_few = survey(few, &requests);
        assert!(survey_of_few.is_full);
        let endpoints = survey_of_few.condensed(9).endpoints;
        assert_eq!((endpoints[0].objects.len(), endpoints[0].untold), (10, 40));

        let short = Limits { names: 12, ..Limits::default() };
        let endpoints = survey(short, &requests).condensed(9).endpoints;
        assert_eq!((endpoints[0].objects.len(), endpoints[0].untold), (3, 47));

        let one = Limits { endpoints: 1, ..Limits::default() };
        let endpoints =
            survey(one, &["GET /a", "GET /b", "GET /c", "GET /a"]).condensed(9).endpoints;
        assert_eq!([endpoints[0].requests, endpoints[1].requests], [2, 2]);
    }

    #[test]
    fn too_many_seconds_are_refused() {
        let mut survey = Survey::new(Limits { seconds: 1, ..Limits::default() });
        let line = |second| format!("h - - [01/Jan/2026:00:00:0{second} +0000] \"GET /\" 200 5");
        for (second, expected) in [(1, Ok(())), (1, Ok(())), (2, Err(Full(1)))] {
            let line = line(second);
            assert_eq!(survey.add(&Entry::read(line.as_bytes()).unwrap()), expected);
        }
    }
}
