//! Profiles: products that do something of their own under a common name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Algorithm, BalanceSpec, HashOn};
use crate::outcome::{Reason, Status};

/// A product whose choices are made pick by pick as it makes them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// nginx 1.22.
    Nginx,
    /// HAProxy 2.6.
    Haproxy,
    /// Envoy 1.40.
    Envoy,
    /// Caddy 2.6.
    Caddy,
}

impl Profile {
    /// All profiles.
    pub const ALL: &[Self] = &[Self::Nginx, Self::Haproxy, Self::Envoy, Self::Caddy];

    /// The word that stands for it in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
            Self::Caddy => "caddy",
        }
    }

    /// The status that the product answers with when an exchange behind it fails for `reason`, and
    /// nobody there has answered.
    ///
    /// nginx says 502 and 504. HAProxy says 503 where it has no server or no connection, 502 if
    /// that breaks (configuration manual, "HTTP status codes" of `errorfile`, and the termination
    /// states `SC`, `sC`, `SH`); Envoy says 503 for all of these (response flags `UH`, `UF`, `UC`);
    /// Caddy says 503 if no upstream is left (`reverse_proxy`, "no upstreams available"). A server
    /// that does not answer in time is 504 for all.
    #[must_use]
    pub const fn status_of(self, reason: Reason) -> Status {
        match (self, reason) {
            (Self::Haproxy | Self::Envoy | Self::Caddy, Reason::NoBackend)
            | (
                Self::Haproxy | Self::Envoy,
                Reason::ConnectRefused | Reason::ConnectTimeout | Reason::TooManyConnections,
            )
            | (Self::Envoy, Reason::Reset) => 503,
            (_, Reason::Reset) => 502,
            (_, reason) => reason.status(),
        }
    }

    /// The part of the work that a backend of this weight gets under the algorithm.
    #[must_use]
    pub(super) fn share_of(self, algorithm: Algorithm, weight: u32) -> f64 {
        let ignores = match self {
            Self::Nginx | Self::Haproxy => algorithm == Algorithm::First,
            Self::Envoy => algorithm == Algorithm::Random,
            Self::Caddy => true,
        };
        f64::from(if ignores { weight.min(1) } else { weight })
    }

    /// What the product lacks of what is asked for, as a sentence with what is allowed.
    pub(super) fn lack(self, spec: &BalanceSpec) -> Option<String> {
        let product = self.name();
        if !self.algorithms().contains(&spec.algorithm) {
            let names: Vec<String> =
                self.algorithms().iter().map(|it| format!("`{}`", it.name())).collect();
            return Some(format!(
                "the profile `{product}` has no `{}`: it has {}",
                spec.algorithm.name(),
                names.join(", ")
            ));
        }
        let choices = spec.choices;
        if spec.balance_factor.is_some() && matches!(self, Self::Nginx | Self::Caddy) {
            return Some(format!(
                "the profile `{product}` has no bounded loads: leave `balance_factor` out"
            ));
        }
        match self {
            Self::Nginx if spec.algorithm == Algorithm::PowerOfD && choices != 2 => Some(format!(
                "the profile `{product}` has two choices: `choices` is 2, not {choices}"
            )),
            Self::Caddy if spec.algorithm == Algorithm::PowerOfD && choices < 2 => Some(format!(
                "the profile `{product}` has at least two choices: `choices` is not {choices}"
            )),
            Self::Caddy if spec.weights.values().any(|weight| *weight > 1) => {
                Some(format!("the profile `{product}` has no weights: leave `weights` out"))
            }
            Self::Haproxy
                if spec.algorithm == Algorithm::RingHash && spec.hash_on == HashOn::Cookie =>
            {
                Some(format!(
                    "the profile `{product}` hashes no cookies: `hash_on` is `source` or `uri`; \
                     `sticky` keeps sessions"
                ))
            }
            Self::Nginx | Self::Haproxy | Self::Envoy | Self::Caddy => None,
        }
    }
}
