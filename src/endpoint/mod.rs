//! Endpoints: kinds of request, what they ask for and what they cost.

mod program;
mod reply;
mod spec;
mod work;

pub use crate::http::Method;
pub use program::{Amount, Keep, Op, Program, Rule, ScreenRule, Verb};
pub(crate) use reply::replies;
pub use reply::{AnswerSpec, Headers, Reply};
pub use spec::{EndpointSpec, ObjectsSpec, ResponseSpec};
pub use work::{About, Action, Branch, Step, Value, WaitFor, Work};

use crate::id::ObjectId;
use crate::popularity::Objects;
use crate::popularity::once::Once;
use crate::rng::{hash_name, mix};

/// A kind of request, ready to run.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name, for results.
    pub name: String,
    /// A hash of the name: what belongs to its objects is keyed by this.
    pub name_hash: u64,
    /// A hash of origin and path: with the object, what a balancer's URI hash sees.
    pub uri: u64,
    /// The HTTP method.
    pub method: Method,
    /// The path itself.
    pub path: String,
    /// What it can ask for, if its path has objects.
    pub objects: Option<Objects>,
    /// Which requests ask for an object of their own.
    pub once: Option<Once>,
    /// Bytes of the request, headers included.
    pub request_bytes: u64,
    /// Bytes of the response, where some part of the scenario cares for them.
    pub response_bytes: Option<Amount>,
    /// The status of a response.
    pub status: u16,
    /// The priority class that it sets, if any.
    pub class: Option<u8>,
    /// Whether it changes state, so that only a primary can do it.
    pub write: bool,
    /// Whether asking twice has the effect of asking once: it changes nothing, and its method is
    /// not one that clients and proxies do not repeat.
    pub idempotent: bool,
    /// Its work, among the programs; without any, it costs the `service` of who answers it.
    pub program: Option<u16>,
}

impl Endpoint {
    /// The hash of origin and path with the object, if the path has objects: what a request for
    /// this endpoint would have.
    #[must_use]
    pub fn uri_for(&self, object: Option<ObjectId>) -> u64 {
        match object.filter(|_| self.objects.is_some()) {
            Some(object) => mix(self.uri ^ mix(u64::from(object.0))),
            None => self.uri,
        }
    }

    /// The hash of an endpoint's origin and path.
    #[must_use]
    pub fn uri_of(spec: &EndpointSpec) -> u64 {
        hash_name(spec.origin.as_deref().unwrap_or("")) ^ hash_name(&spec.path).rotate_left(1)
    }
}
