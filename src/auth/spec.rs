//! What a scenario says of identity: its table `[auth]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{CookieSpec, JwtSpec, PasswordSpec, Scheme, SessionSpec, TheftSpec};
use crate::unit::Bytes;

/// How people prove who they are. Tables of schemes that are not used may stand there all the
/// same, so that a variant changes `scheme` alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSpec {
    /// The scheme; `none` by default.
    pub scheme: Scheme,
    /// The server or reverse proxy that checks who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub at: Option<Spanned<String>>,
    /// The auth-server, or the server, that logs in and issues tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub issuer: Option<Spanned<String>>,
    /// The endpoint of log-ins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub login: Option<Spanned<String>>,
    /// The endpoint of renewals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub refresh: Option<Spanned<String>>,
    /// The endpoint of log-outs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub logout: Option<Spanned<String>>,
    /// Whether a log-out ends what all devices of its owner have, as far as the scheme can do that.
    pub everywhere: bool,
    /// The node that the issuer asks for the account before it hashes a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub accounts: Option<Spanned<String>>,
    /// How large the headers of a request may be; larger ones are refused (431). 8 KiB by default.
    pub header_limit: Bytes,
    /// The cookie that carries a session's name, or a token that is kept in one.
    pub cookie: CookieSpec,
    /// How passwords are hashed.
    pub password: PasswordSpec,
    /// The scheme `session`.
    pub session: SessionSpec,
    /// The scheme `jwt`.
    pub jwt: JwtSpec,
    /// What is stolen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theft: Option<TheftSpec>,
}

impl Default for AuthSpec {
    fn default() -> Self {
        Self {
            scheme: Scheme::None,
            at: None,
            issuer: None,
            login: None,
            refresh: None,
            logout: None,
            everywhere: false,
            accounts: None,
            header_limit: Bytes(8 << 10),
            cookie: CookieSpec::default(),
            password: PasswordSpec::default(),
            session: SessionSpec::default(),
            jwt: JwtSpec::default(),
            theft: None,
        }
    }
}
