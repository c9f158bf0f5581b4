//! What a node can read of a request: who sends it, what for, and from where.

use std::fmt::Write;
use std::net::IpAddr;

use super::core::{Ctx, Fixed};
use super::transport::User;
use crate::endpoint::{Amount, Endpoint};
use crate::fact::Observer;
use crate::http::is_repeated;
use crate::id::{EndpointId, ExchangeId, ObjectId, RequestId, SessionId};
use crate::rng::{Key, mix};
use crate::trace::{Trace, TraceRow};

/// The block of addresses that clients without an address of their own are in: 10.0.0.0/8.
const PRIVATE: u32 = 10 << 24;

impl Fixed {
    /// What a trace calls an object; none of one that has no name but its number.
    #[must_use]
    pub fn object_name(&self, object: ObjectId) -> Option<&str> {
        self.objects.name(&self.traces, object.0)
    }
}

impl<'a, O: Observer> Ctx<'a, O> {
    /// A hash of origin, path and object of a request: what a URI hash sees.
    #[must_use]
    pub fn uri(&self, request: RequestId) -> u64 {
        let asked = &self.core.requests[request.0].asked;
        let endpoint = &self.fixed.endpoints[asked.endpoint.index()];
        let path = match self.traced_path(request) {
            Some((path, key)) if path != endpoint.path => mix(key ^ endpoint.uri),
            Some(_) | None => endpoint.uri,
        };
        asked.object.map_or(path, |object| mix(path ^ mix(u64::from(object.0))))
    }

    /// The same for another endpoint that is called about what a request asks for.
    #[must_use]
    pub fn uri_about(&self, request: RequestId, endpoint: &Endpoint) -> u64 {
        let object = self.core.requests[request.0].asked.object;
        match self.traced_path(request).filter(|_| object.is_none() && endpoint.objects.is_some()) {
            Some((_, key)) => mix(key ^ endpoint.uri),
            None => endpoint.uri_for(object),
        }
    }

    /// The key of what belongs to the object that an exchange for `endpoint` is about: the one
    /// that its request draws or its row names, or else, where there are objects, the one that
    /// the path of its row stands for. None if it is about none.
    #[must_use]
    pub fn object_key(&self, id: ExchangeId, endpoint: &Endpoint) -> Option<Key> {
        let exchange = self.core.exchanges.hot(id);
        let asked = &self.core.requests[exchange.request.0].asked;
        let has_objects = endpoint.objects.is_some();
        let number = match asked.object {
            // What a trace asks for is an object, too, whatever the endpoint says.
            Some(object) if has_objects || exchange.endpoint == asked.endpoint => object.0.into(),
            None if has_objects => self.traced_path(exchange.request)?.1,
            Some(_) | None => return None,
        };
        Some(self.core.root.with(endpoint.name_hash).with(number))
    }

    /// The path that the row of a request's trace names, and a hash of it.
    fn traced_path(&self, request: RequestId) -> Option<(&'a str, u64)> {
        self.traced_by(request).and_then(|(trace, row)| trace.path_of(row))
    }

    /// The row of the trace that a request came from.
    #[inline]
    #[must_use]
    pub fn traced(&self, request: RequestId) -> Option<&'a TraceRow> {
        self.traced_by(request).map(|(_, row)| row)
    }

    /// The same with the trace.
    #[inline]
    #[must_use]
    pub fn traced_by(&self, request: RequestId) -> Option<(&'a Trace, &'a TraceRow)> {
        let request = &self.core.requests[request.0];
        let fixed = self.fixed;
        let trace = fixed.traces.get(request.asked.client.index())?.as_deref()?;
        Some((trace, trace.rows().get(request.row as usize)?))
    }

    /// The bytes that a cache keeps of a good answer of which so many have come. Where a trace
    /// fixes the size, what it keeps is the object, which is as large as the largest row says, and
    /// not the answer without a body, or with a part of it, that this row had.
    #[must_use]
    pub fn kept_bytes(&self, id: ExchangeId, came: u64) -> u64 {
        match self.traced_sizes(id) {
            // What was made smaller on the way stays so.
            Some((own, whole)) if came >= own => came.max(whole),
            Some(_) | None => came,
        }
    }

    /// The bytes that the answer to an exchange has for which a cache has kept so many: what the
    /// row of the trace names, if that fixes the size.
    #[must_use]
    pub fn given_bytes(&self, id: ExchangeId, kept: u64) -> u64 {
        self.traced_sizes(id).map_or(kept, |(own, _)| kept.min(own))
    }

    /// The size that the row of an exchange's request names, and that of its object, if a trace
    /// fixes the size of the answer.
    fn traced_sizes(&self, id: ExchangeId) -> Option<(u64, u64)> {
        let exchange = self.core.exchanges.hot(id);
        let endpoint = self.fixed.endpoints.get(exchange.endpoint.index())?;
        let Some(Amount::TraceSize) = endpoint.response_bytes else { return None };
        let (trace, row) = self.traced_by(exchange.request)?;
        Some((row.size()?.0, trace.whole_size(row)?.0))
    }

    /// The address that an exchange comes from, as a number in host order: the trace's, where its
    /// caller shows that, and otherwise one of 10.0.0.0/8, by the hash of who calls. Of an IPv6
    /// address the last 32 bits count.
    #[must_use]
    pub fn address_of(&self, id: ExchangeId) -> u32 {
        let request = self.core.exchanges.hot(id).request;
        let source = self.core.exchanges.cold(id).source;
        let traced = self.traced_by(request);
        let address = traced
            .filter(|(trace, row)| trace.address_key(row) == Some(source))
            .and_then(|(trace, row)| trace.clients().get_index(row.client()? as usize));
        match address {
            Some(IpAddr::V4(address)) => address.to_bits(),
            Some(IpAddr::V6(address)) => low_bits(address.to_bits()),
            None => private_address(source),
        }
    }

    /// Whether asking for this endpoint twice, on behalf of a request, does no harm. The method
    /// that a trace says stands for the endpoint's.
    #[must_use]
    pub fn is_idempotent(&self, request: RequestId, endpoint: EndpointId) -> bool {
        let Some(known) = self.fixed.endpoints.get(endpoint.index()) else { return true };
        match self.traced_method(request, endpoint) {
            Some(method) => !known.write && is_repeated(method),
            None => known.idempotent,
        }
    }

    /// The method by which a trace says that a request asks for this endpoint.
    pub(super) fn traced_method(&self, request: RequestId, endpoint: EndpointId) -> Option<&str> {
        let asked = &self.core.requests[request.0].asked;
        let trace = self.fixed.traces.get(asked.client.index()).and_then(Option::as_ref)?;
        let row = self.traced(request).filter(|_| asked.endpoint == endpoint)?;
        let method = row.method_number()?;
        trace.methods().get_index(method as usize).map(|name| &**name)
    }

    /// Writes the target of a request into `text`: the trace's path, or the endpoint's, with the
    /// name or number of the object behind it.
    pub fn write_target(&self, request: RequestId, text: &mut String) {
        text.clear();
        let asked = &self.core.requests[request.0].asked;
        let own = || self.fixed.endpoints[asked.endpoint.index()].path.as_str();
        text.push_str(self.traced_path(request).map_or_else(own, |(path, _)| path));
        if let Some(object) = asked.object {
            let written = match self.fixed.object_name(object) {
                Some(name) => write!(text, "/{name}"),
                None => write!(text, "/{}", object.0),
            };
            written.expect("writing into a string does not fail");
        }
    }

    /// Writes the cookie that names a request's session into `text`: the trace's name of it, or a
    /// number of its user's; nothing if it has no session. Returns its hash.
    pub fn write_cookie(&self, request: RequestId, text: &mut String) -> u64 {
        text.clear();
        let request_of = &self.core.requests[request.0];
        let named = self
            .traced_by(request)
            .and_then(|(trace, row)| trace.sessions().get_index(row.session()? as usize));
        match named {
            Some(name) => text.push_str(name),
            None if request_of.session == SessionId::NONE => return 0,
            None => {
                let number = self.core.sessions[request_of.session.0].key.0;
                write!(text, "{number}").expect("writing into a string does not fail");
            }
        }
        self.session_of(request)
    }

    /// The session of a request: the trace's, its user's, or its own.
    #[must_use]
    pub fn session_of(&self, request: RequestId) -> u64 {
        let it = &self.core.requests[request.0];
        let (asked, session) = (&it.asked, it.session);
        match self.traced_by(request).and_then(|(trace, row)| trace.session_key(row)) {
            Some(named) => named,
            // The visit does not wait for it, and may be over; who made it is known all the same.
            None if it.errand.is_forced() && it.person != u32::MAX => {
                self.core.people[it.person].key.0
            }
            None if session == SessionId::NONE => asked.key.0,
            None => self.core.sessions[session.0].key.0,
        }
    }

    /// A number for whom a value about users would be about: the session that a trace names, or
    /// the user or visitor. Who is none of these is somebody new, and known to nobody.
    #[must_use]
    pub fn owner_of(&self, request: RequestId) -> u64 {
        let it = &self.core.requests[request.0];
        let named = self.traced_by(request).and_then(|(trace, row)| trace.session_key(row));
        match named {
            Some(named) => mix(named),
            None if it.session == SessionId::NONE && !it.errand.is_forced() => mix(it.asked.key.0),
            None => mix(u64::from(it.asked.client.0)) ^ mix(it.asked.user),
        }
    }

    /// The user of a request that comes from the address `source`: the trace's session, the user
    /// of a closed loop, or in an open loop what the link of its client takes for one.
    #[must_use]
    pub fn user_of(&self, request: RequestId, user: User, source: u64) -> u64 {
        let it = &self.core.requests[request.0];
        let is_named = self.traced(request).and_then(TraceRow::session).is_some();
        match user {
            _ if is_named || it.session != SessionId::NONE || it.errand.is_forced() => {
                self.session_of(request)
            }
            User::Address => source,
            User::Moment => mix(it.asked.started.0),
        }
    }
}

/// The address of a client without one of its own, whose hash is `source`.
#[must_use]
pub const fn private_address(source: u64) -> u32 {
    PRIVATE | low_bits((source >> 40) as u128)
}

#[allow(clippy::cast_possible_truncation, reason = "the low 32 bits are wanted")]
const fn low_bits(number: u128) -> u32 {
    number as u32
}
