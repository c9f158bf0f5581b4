//! What a scenario says of an endpoint.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Work;
use crate::dist::Dist;
use crate::popularity::Popularity;
use crate::unit::Bytes;

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
    /// Whether it changes state: a database answers it on its primary.
    pub write: bool,
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
            work: Work::default(),
            priority: None,
            auth: true,
            role: None,
            write: false,
        }
    }
}

/// The methods of HTTP (RFC 9110, section 9).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are the standard's")]
pub enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

/// The objects behind a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectsSpec {
    /// How many there are.
    pub count: u32,
    /// How often each is asked for; all alike by default.
    #[serde(default = "alike")]
    pub popularity: Popularity,
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
    pub status: u16,
}

impl Default for ResponseSpec {
    fn default() -> Self {
        Self { size: Dist::Constant(Bytes(1_000)), status: 200 }
    }
}
