//! What a scenario says of an endpoint.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Work;
use super::reply::{AnswerSpec, Headers};
use crate::attack::{QueryDefencesSpec, QuerySpec};
use crate::dist::Dist;
use crate::http::Method;
use crate::popularity::Popularity;
use crate::screen::InfectedSpec;
use crate::unit::{Bytes, Probability};

/// A kind of request: what it asks for and what it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointSpec {
    /// The HTTP method; GET by default.
    pub method: Method,
    /// Scheme, host and port, such as `https://shop.example`; routes match its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The path, such as `/p/{object}`.
    pub path: String,
    /// The objects behind the path, such as the products of a shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<ObjectsSpec>,
    /// Headers of the request, by name; routes can match them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The size of the request with its headers; 500 B by default.
    pub request_size: Bytes,
    /// The response.
    pub response: ResponseSpec,
    /// What is answered instead from a number of requests for a path on, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerSpec>,
    /// What the server that answers it does, step by step.
    #[serde(skip_serializing_if = "Work::is_empty")]
    pub work: Work,
    /// The priority class of its requests, 0 first; by default that of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// Whether those who ask for it must show who they are, in scenarios with `[auth]`.
    pub auth: bool,
    /// The role that it needs; others are refused (403).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether scripts ask for it with cookies at another origin, too (`credentials: include`).
    pub credentials: bool,
    /// Whether it changes state: a database answers it on its primary, no cache stores it, and it
    /// is sent again only where nothing can have been done yet or `non_idempotent` is set. POST and
    /// PATCH are not sent again either, even without this.
    pub write: bool,
    /// What its host is about, such as `news` or `games`: rules of access can name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Which of its objects are infected: a share, or a list of their numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infected: Option<InfectedSpec>,
    /// The query that what comes with its requests is put into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QuerySpec>,
    /// What stands against injections into that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defences: Option<QueryDefencesSpec>,
}

impl EndpointSpec {
    /// The host of its origin, without its port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let origin = self.origin.as_deref()?;
        let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        let authority = authority.split('/').next()?;
        authority.split(':').next()
    }

    /// Whether it is asked for over TLS, as its origin says.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }
}

impl Default for EndpointSpec {
    fn default() -> Self {
        Self {
            method: Method::Get,
            origin: None,
            path: "/".to_owned(),
            objects: None,
            headers: BTreeMap::new(),
            request_size: Bytes(500),
            response: ResponseSpec::default(),
            answers: Vec::new(),
            work: Work::default(),
            priority: None,
            auth: true,
            role: None,
            credentials: false,
            write: false,
            category: None,
            infected: None,
            query: None,
            defences: None,
        }
    }
}

/// The objects behind a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectsSpec {
    /// How many there are.
    #[schemars(range(min = 1))]
    pub count: u32,
    /// How often each is asked for; all alike by default.
    #[serde(default = "alike")]
    pub popularity: Popularity,
    /// The share of requests for one-hit wonders, objects beside those counted that nobody asks
    /// for again; 0 by default.
    #[serde(default)]
    pub one_hit: Probability,
}

const fn alike() -> Popularity {
    Popularity::Uniform
}

/// The response of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResponseSpec {
    /// Its size with its headers: with objects, a function of the object.
    pub size: Dist<Bytes>,
    /// Its status code; 200 by default.
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// Its header `Cache-Control`, such as `"public, max-age=60"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// Its header `Expires`: a date, or `"@date+60"`, 60 s after it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Its header `ETag`, such as `'"v1"'`; by it the origin tells who has it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its header `Last-Modified`: a date; runs begin on the first of January 2026.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Its header `Vary`: the headers of the request that it depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vary: Option<String>,
    /// Its header `Set-Cookie`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_cookie: Option<String>,
    /// Its header `Age`: seconds that it was in caches that the scenario does not show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// Its headers beside those, or all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// Whether a proxy that compresses makes it smaller, as with text: false by default.
    pub compressible: bool,
}

impl Default for ResponseSpec {
    fn default() -> Self {
        Self {
            size: Dist::Constant(Bytes(1_000)),
            status: 200,
            cache_control: None,
            expires: None,
            etag: None,
            last_modified: None,
            vary: None,
            set_cookie: None,
            age: None,
            headers: None,
            compressible: false,
        }
    }
}
