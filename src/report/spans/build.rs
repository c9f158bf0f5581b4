//! From what was put down of a request to its spans.

use super::attributes::{
    ABANDONED, Attributes, BACKGROUND, CRITICAL, of_call, of_request, of_work,
};
use super::{SpanKind, TracedSpan};
use crate::fact::Place;
use crate::graph::Graph;
use crate::id::EndpointId;
use crate::net::Part;
use crate::observe::{CallKind, CallTrace, Piece, RequestTrace, Stretch, way};
use crate::rng::mix;
use crate::time::Time;

/// The spans of a request, that of the request itself first, parents before children. The
/// attribute `lindley.critical_ns` of those without children sums to the latency.
#[must_use]
pub fn spans(graph: &Graph, trace: &RequestTrace) -> Vec<TracedSpan> {
    let at = Place { node: trace.asked.client, replica: 0 };
    let mut builder = Builder { graph, trace, spans: Vec::new(), made: Vec::new() };
    let whole = (trace.asked.started, trace.end);
    let name = graph.endpoint_name(trace.asked.endpoint).to_owned();
    let request = builder.add(None, name, SpanKind::Internal, at, whole);
    builder.spans[request].attributes = of_request(graph, trace);
    builder.spans[request].failure = trace.answer.failure.map(|reason| reason.word());
    for number in 0..trace.calls.len() {
        builder.call(number);
    }
    builder.stretches(&way(trace));
    builder.spans
}

struct Builder<'a> {
    graph: &'a Graph,
    trace: &'a RequestTrace,
    spans: Vec<TracedSpan>,
    /// Of each call the spans that were made of it.
    made: Vec<Made>,
}

/// The spans of a call.
#[derive(Debug, Clone, Copy)]
struct Made {
    /// That at its caller, or of a branch, which has none, the one that it is in.
    outer: usize,
    /// That at its node, if it came there.
    inner: Option<usize>,
    /// Where its caller is.
    caller: Place,
}

impl Builder<'_> {
    fn add(
        &mut self,
        parent: Option<usize>,
        name: String,
        kind: SpanKind,
        at: Place,
        (from, to): (Time, Time),
    ) -> usize {
        let number = self.spans.len();
        let id = mix(self.trace.asked.key.0 ^ mix(number as u64 + 1)).max(1);
        let parent = parent.map(|parent| self.spans[parent].id);
        let (attributes, failure) = (Attributes::new(), None);
        let to = to.max(from);
        self.spans.push(TracedSpan { id, parent, name, kind, at, from, to, attributes, failure });
        number
    }

    /// The span that the calls of an exchange are in, and where it is.
    fn owner(&self, call: &CallTrace) -> (usize, Place) {
        match call.parent {
            None => (0, self.spans[0].at),
            Some(parent) => {
                let made = self.made[parent as usize];
                match (call.kind, made.inner) {
                    (CallKind::Handshake, _) | (_, None) => (made.outer, made.caller),
                    (_, Some(inner)) => (inner, self.spans[inner].at),
                }
            }
        }
    }

    /// Adds the spans of a call.
    fn call(&mut self, number: usize) {
        let (graph, trace) = (self.graph, self.trace);
        let call = &trace.calls[number];
        let (owner, caller) = self.owner(call);
        let end = call.end(trace.run_end);
        // A caller that has gone waits for nothing.
        let seen = if self.is_background(call) { end } else { end.min(self.spans[owner].to) };
        let is_clipped = seen < end;
        if matches!(call.kind, CallKind::Branch | CallKind::Aside) {
            let name = if call.kind == CallKind::Branch { "branch" } else { "refresh" };
            let whole = (call.sent, end);
            let span = self.add(Some(owner), name.to_owned(), SpanKind::Internal, call.at, whole);
            self.mark_outside(span, owner, call);
            self.made.push(Made { outer: owner, inner: Some(span), caller });
            return;
        }
        let name = self.name_of(call);
        let times = (call.sent, seen);
        let outer = self.add(Some(owner), name.clone(), SpanKind::Client, caller, times);
        let (attributes, failure) = of_call(graph, trace, number);
        (self.spans[outer].attributes, self.spans[outer].failure) = (attributes, failure);
        if is_clipped || (call.returned.is_none() && call.given_up.is_some()) {
            self.spans[outer].attributes.push((ABANDONED, true.into()));
        }
        self.mark_outside(outer, owner, call);
        let inner = call.entered.map(|entered| {
            let left = call.left.map(|(at, ..)| at).or(call.freed).unwrap_or(trace.run_end);
            let span = self.add(Some(outer), name, SpanKind::Server, call.at, (entered, left));
            let (attributes, failure) = of_work(graph, trace, call);
            (self.spans[span].attributes, self.spans[span].failure) = (attributes, failure);
            self.mark_outside(span, outer, call);
            span
        });
        self.made.push(Made { outer, inner, caller });
    }

    /// Whether nobody waits for it: work beside a request, or early data's handshake.
    fn is_background(&self, call: &CallTrace) -> bool {
        call.is_beside || matches!(call.kind, CallKind::Aside | CallKind::Handshake)
    }

    /// Says of a span that lies outside of the one that it is in why it may.
    fn mark_outside(&mut self, span: usize, owner: usize, call: &CallTrace) {
        let (inner, outer) = (&self.spans[span], &self.spans[owner]);
        let is_inside = inner.from >= outer.from && inner.to <= outer.to;
        let why = if self.is_background(call) { BACKGROUND } else { ABANDONED };
        let is_said = inner.attributes.iter().any(|(name, _)| *name == why);
        let is_beside = call.is_beside || call.kind == CallKind::Aside;
        if !is_said && (!is_inside || is_beside) {
            self.spans[span].attributes.push((why, true.into()));
        }
    }

    /// What an exchange is called: by method and route, or by its purpose, or by its node.
    fn name_of(&self, call: &CallTrace) -> String {
        let node = &self.graph.names[call.at.node.index()];
        match (call.endpoint, self.graph.fixed.endpoints.get(call.endpoint.index())) {
            (_, Some(_)) if call.is_preflight => "preflight".to_owned(),
            (_, Some(endpoint)) => format!("{} {}", endpoint.method.name(), endpoint.path),
            (EndpointId::HANDSHAKE, None) => "TLS handshake".to_owned(),
            (EndpointId::PASSWORD, None) => format!("{node} password"),
            (EndpointId::LOOKUP, None) => format!("{node} get"),
            (EndpointId::FILL, None) => format!("{node} set"),
            (EndpointId::FORGET, None) => format!("{node} delete"),
            (_, None) => node.clone(),
        }
    }

    /// Adds what the time of calls went on, and what of that the user waited for.
    fn stretches(&mut self, way: &[Piece]) {
        let trace = self.trace;
        let mut critical = vec![0; trace.stretches.len()];
        for piece in way {
            match piece.stretch {
                Some(stretch) => critical[stretch] += piece.to.since(piece.from).0,
                None => self.gap(piece, way),
            }
        }
        for (stretch, critical) in trace.stretches.iter().zip(critical) {
            let Stretch { call, part, from, to } = *stretch;
            let (owner, at) = self.side(call, from);
            let to = to.min(self.spans[owner].to);
            // What travels on when nobody waits for it any more is nobody's time.
            if from < to {
                let name = Part::NAMES[part as usize].to_owned();
                self.leaf(owner, name, at, (from, to), critical);
            }
        }
    }

    /// Whether a time of a call lies with its caller, as on the way, or at its node.
    fn side(&self, call: u32, from: Time) -> (usize, Place) {
        let made = self.made[call as usize];
        let call = &self.trace.calls[call as usize];
        let has_left = call.left.is_some_and(|(at, ..)| at <= from);
        match made.inner {
            Some(inner) if call.entered.is_some_and(|at| at <= from) && !has_left => {
                (inner, call.at)
            }
            Some(_) | None => (made.outer, made.caller),
        }
    }

    /// A piece of the way for which nothing was put down at a call: the client pauses before
    /// another attempt, or reads what its browser has.
    fn gap(&mut self, piece: &Piece, way: &[Piece]) {
        let is_last = way.last().is_some_and(|last| last == piece);
        let (owner, at, name) = match piece.call {
            Some(call) => {
                let (owner, at) = self.side(call, piece.from);
                (owner, at, "wait")
            }
            None if is_last && self.trace.cache.is_some() => (0, self.spans[0].at, "browser cache"),
            None => (0, self.spans[0].at, "backoff"),
        };
        let critical = piece.to.since(piece.from).0;
        self.leaf(owner, name.to_owned(), at, (piece.from, piece.to), critical);
    }

    fn leaf(&mut self, owner: usize, name: String, at: Place, times: (Time, Time), critical: u64) {
        let span = self.add(Some(owner), name, SpanKind::Internal, at, times);
        if critical > 0 {
            self.spans[span].attributes.push((CRITICAL, critical.into()));
        }
    }
}
