//! `requests.csv`: single requests, where they were kept. Replications and replicas count from 1,
//! users and ordinals of their requests from 0; users of a trace are its sessions in their order.
//!
//! Times are exact: microseconds with the nanoseconds as decimals, by whole-number arithmetic. An
//! empty status means that no answer came to the client. `backends` are the replicas that were
//! chosen, in order; `cache` says what each cache did that the request came to.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::fact::{Asked, CacheStatus, Place};
use crate::graph::{Graph, Role};
use crate::nodes::client::Demand;
use crate::observe::RequestRow;
use crate::outcome::{Answer, Reason, Status};
use crate::study::VariantResult;
use crate::time::Time;
use crate::trace::TraceRow;

const COLUMNS: [&str; 14] = [
    "variant",
    "replication",
    "request",
    "client",
    "user",
    "endpoint",
    "object",
    "start_us",
    "end_us",
    "status",
    "reason",
    "attempts",
    "backends",
    "cache",
];

/// The table, if requests were to be kept: without rows if none ended.
pub(super) fn file(results: &[VariantResult]) -> Option<ResultFile> {
    let mut runs = results.iter().flat_map(|result| &result.replications);
    if !runs.any(|run| run.keeps_requests) {
        return None;
    }
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for (number, run) in (1..).zip(&result.replications) {
            for request in &run.requests {
                sheet.push(&row(result, number, request));
            }
        }
    }
    Some(sheet.into_file("requests.csv"))
}

fn row(result: &VariantResult, replication: u64, request: &RequestRow) -> [Cell; 14] {
    let (graph, asked, answer) = (&result.graph, &request.asked, request.answer);
    [
        result.name.as_str().into(),
        Cell::Count(replication),
        Cell::Count(asked.ordinal),
        graph.names[asked.client.index()].as_str().into(),
        Cell::Count(user(graph, asked)),
        graph.endpoint_name(asked.endpoint).into(),
        asked.object.map_or(Cell::Empty, |object| match graph.fixed.object_name(object) {
            Some(name) => name.into(),
            None => Cell::Count(object.0.into()),
        }),
        Cell::Text(microseconds(asked.started)),
        Cell::Text(microseconds(request.end)),
        status_read(answer).map_or(Cell::Empty, |status| Cell::Count(status.into())),
        answer.failure.map_or("", |reason| reason.word()).into(),
        Cell::Count(request.attempts.into()),
        Cell::Text(backends(graph, &request.backends)),
        Cell::Text(caches(graph, &request.caches)),
    ]
}

/// The user of a request: of a replayed trace, the number of the session that its row names.
fn user(graph: &Graph, asked: &Asked) -> u64 {
    let Role::Client(client) = &graph.plans[asked.client.index()].role else { return asked.user };
    let Demand::Replayed(trace) = &client.demand else { return asked.user };
    let row = usize::try_from(asked.ordinal).ok().and_then(|row| trace.rows().get(row));
    row.and_then(TraceRow::session).map_or(asked.user, u64::from)
}

/// The status that the client read. What it saw of a connection itself has none: the status of such
/// a reason is what a proxy would say for it.
pub(super) fn status_read(answer: Answer) -> Option<Status> {
    let saw_itself = answer.failure.filter(|_| !answer.answered);
    let has_none = answer.status == 0 || saw_itself.is_some_and(Reason::is_of_connection);
    (!has_none).then_some(answer.status)
}

fn backends(graph: &Graph, chosen: &[Place]) -> String {
    let name =
        |at: &Place| format!("{}/{}", graph.names[at.node.index()], u32::from(at.replica) + 1);
    chosen.iter().map(name).collect::<Vec<_>>().join(";")
}

/// What the caches did that a request came to: `edge/1:miss;shield/2:hit`.
fn caches(graph: &Graph, said: &[(Place, CacheStatus)]) -> String {
    let word = |(at, status): &(Place, CacheStatus)| {
        let (name, replica) = (&graph.names[at.node.index()], u32::from(at.replica) + 1);
        format!("{name}/{replica}:{}", status.word())
    };
    said.iter().map(word).collect::<Vec<_>>().join(";")
}

fn microseconds(at: Time) -> String {
    format!("{}.{:03}", at.0 / 1_000, at.0 % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn times_keep_every_nanosecond() {
        assert_eq!(microseconds(Time(1)), "0.001");
        assert_eq!(microseconds(Time(9_007_199_254_740_993)), "9007199254740.993");
    }

    #[test]
    fn a_request_has_its_ends_its_outcome_and_what_was_chosen_for_it() {
        let results = sample::run(sample::SHOP, sample::KEEPING);
        let text = String::from_utf8(file(&results).expect("requests").bytes).expect("UTF-8");
        let row = text.lines().nth(1).expect("a request");
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[..7], ["out", "1", "0", "users", "0", "page", ""]);
        let [start, end] = [7, 8].map(|place| cells[place].parse::<f64>().expect("a time"));
        assert!(start < end, "{row}");
        assert_eq!(cells[9..12], ["200", "", "1"]);
        assert!(cells[12].starts_with("app/") && !cells[12].contains("/0"), "{row}");
    }

    #[test]
    fn where_none_ended_of_the_requests_that_were_asked_for_there_is_the_header() {
        let mut results = sample::run(sample::SHOP, sample::KEEPING);
        let runs = results.iter_mut().flat_map(|result| &mut result.replications);
        runs.for_each(|run| run.requests.clear());
        let text = String::from_utf8(file(&results).expect("a table").bytes).expect("UTF-8");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert_eq!(file(&sample::run(sample::SHOP, sample::PLAIN)), None);
    }

    #[test]
    fn a_failed_request_says_why() {
        let results = sample::run(sample::REFUSING, sample::KEEPING);
        let text = String::from_utf8(file(&results).expect("requests").bytes).expect("UTF-8");
        assert!(text.lines().any(|line| line.contains(",503,refused,1,")), "{text}");
    }
}
