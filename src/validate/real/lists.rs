//! Recorded lists: what became of each request, one by one.
//!
//! nginx and HAProxy were asked at stated moments with a limit on the rate, and nginx each 200 ms
//! with a backend that refuses. What a clock decides that nobody wrote down is tried at many
//! phases: a list is as recorded if it is at one of them. Decisions that hang on one millisecond
//! differ between the recorded runs and are only shown.

use serde::Deserialize;

use super::super::ready::graphs;
use super::failing::{Course, Rules};
use super::judge::CaseReport;
use super::recording::Traces;
use crate::balance::Profile;
use crate::graph::Graph;
use crate::outcome::Reason;
use crate::study::{Wanted, replicate};
use crate::time::Time;

/// The lists: `tests/data/real/recordings.py` makes them.
const TEXT: &str = include_str!("../../../tests/data/real/lists.json");

/// Phases of a clock of whole seconds that are tried.
const PHASES: u32 = 20;

/// One list with what came of it in each run.
#[derive(Debug, Clone, Deserialize)]
struct List {
    group: String,
    name: String,
    /// The backends as they were configured, if not by number.
    order: Option<Vec<usize>>,
    /// Which of them are backups.
    #[serde(default)]
    backups: Vec<usize>,
    profile: Profile,
    /// The trace of its requests; one each 200 ms otherwise.
    trace: Option<String>,
    /// The balancer's limit on the rate, as a scenario writes it.
    limit: Option<String>,
    /// What the proxy was told of failures.
    rules: Option<Rules>,
    /// Whether nothing in it hangs on one millisecond.
    is_sharp: bool,
    /// A word for each request of each run: A (accepted) or R (rejected), or the backends that
    /// were tried.
    runs: Vec<String>,
}

fn built_in() -> Vec<List> {
    serde_json::from_str(TEXT).expect("the lists in the program are well-formed")
}

/// The names of all lists.
pub(super) fn ids() -> Vec<String> {
    built_in().iter().map(List::id).collect()
}

/// The lists whose names are asked for.
pub(super) fn reports(is_asked_for: impl Fn(&str) -> bool) -> Vec<CaseReport> {
    let mut traces = Traces::default();
    let lists = built_in().into_iter().filter(|list| is_asked_for(&list.id()));
    let report = |list: List| match list.courses(&mut traces) {
        Ok(courses) => list.compared(&courses),
        Err(fault) => CaseReport::faulty(list.id(), fault),
    };
    lists.map(report).collect()
}

impl List {
    fn id(&self) -> String {
        format!("{}/{}", self.group, self.name.replace(' ', "-"))
    }

    /// What becomes of the requests in each course of events that the recording leaves open.
    fn courses(&self, traces: &mut Traces) -> Result<Vec<String>, String> {
        let of = match (&self.rules, self.profile) {
            (Some(_), _) => PHASES,
            // HAProxy's periods begin at even milliseconds.
            (None, Profile::Haproxy) => 2,
            (None, _) => 1,
        };
        let course = |number| {
            let text = self.text(number, Course::of(number, of));
            let (_, graph) = graphs(&text, traces)?.pop().ok_or("no variant")?;
            self.seen(&graph)
        };
        (0..of).map(course).collect()
    }

    fn text(&self, number: u32, course: Course) -> String {
        let arrivals = match &self.trace {
            Some(trace) => format!("{{ trace = \"{trace}+{number}ms\" }}"),
            None => "{ interval = \"200ms\" }".to_owned(),
        };
        let profile = self.profile;
        let limit = self.limit.as_ref().map(|limit| format!("rate_limit = {limit}\n"));
        let (rules, clock) = match &self.rules {
            Some(rules) => {
                (rules.balancer(profile, course), super::failing::tables("refuse", course))
            }
            None => (String::new(), String::new()),
        };
        let order = self.order.clone().unwrap_or_else(|| (0..3).collect());
        let servers: String = order
            .iter()
            .map(|it| format!("[node.b{it}]\nkind = \"server\"\ncores = 2\n[link.lb.b{it}]\n"))
            .collect();
        let backups: Vec<String> = self.backups.iter().map(|it| format!("\"b{it}\"")).collect();
        let backups = match &backups[..] {
            [] => String::new(),
            some => format!("backup = [{}]\n", some.join(", ")),
        };
        format!(
            "duration = \"20s\"\n[node.users]\nkind = \"client\"\narrivals = {arrivals}\n\
             mix = {{ page = 1 }}\n[endpoint.page]\nwork = [ {{ cpu = \"1ms\" }} ]\n{clock}\
             [node.lb]\nkind = \"load-balancer\"\nalgorithm = \"round-robin\"\n\
             profile = \"{}\"\n{}{rules}{backups}[link.users.lb]\n{servers}",
            profile.name(),
            limit.unwrap_or_default(),
        )
    }

    fn seen(&self, graph: &Graph) -> Result<String, String> {
        let wanted = Wanted { requests: Some(None), ..Wanted::default() };
        let run = replicate(graph, 0, Time::ZERO, wanted).map_err(|it| it.to_string())?;
        let mut rows = run.requests;
        rows.sort_by_key(|row| row.asked.ordinal);
        let names: Vec<_> = (0..3).map(|it| graph.node(&format!("b{it}"))).collect();
        let words = rows.iter().map(|row| {
            if self.rules.is_none() {
                let is_refused = row.answer.failure == Some(Reason::RateLimited);
                return if is_refused { "R" } else { "A" }.to_owned();
            }
            let number = |node| names.iter().position(|name| *name == Some(node));
            let tried = row.backends.iter().filter_map(|place| number(place.node));
            tried.map(|number| number.to_string()).collect()
        });
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    fn compared(&self, courses: &[String]) -> CaseReport {
        let rows = self.runs.iter().map(|run| {
            let of = run.split(' ').count();
            let same = courses.iter().map(|seen| same_words(run, seen)).max().unwrap_or(0);
            (same, of)
        });
        CaseReport::lists(self.id(), courses.len(), rows, self.is_sharp)
    }
}

fn same_words(one: &str, other: &str) -> usize {
    one.split(' ').zip(other.split(' ')).filter(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Judged;

    #[test]
    fn every_sharp_list_is_as_recorded_and_another_is_not() {
        let cases = reports(|_| true);
        let missed: Vec<_> = cases.iter().filter(|case| !case.passes()).map(|it| &it.id).collect();
        assert!(missed.is_empty(), "{missed:?}");
        let is_sharp = |group: &str| {
            built_in().iter().filter(|list| list.group == group && list.is_sharp).count()
        };
        assert_eq!((is_sharp("s5x"), is_sharp("s7")), (4, 17));
        let mut list = built_in().into_iter().find(|it| it.is_sharp).expect("a list");
        let courses = list.courses(&mut Traces::default()).expect("a scenario");
        list.runs[0] = list.runs[0].replacen('0', "1", 1);
        assert!(!list.compared(&courses).passes(), "{list:?}");
    }
}
