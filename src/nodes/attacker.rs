//! The attacker: asks as a client does, with something else in mind.
//!
//! What its requests carry and what they get is decided where they arrive, by the rules of
//! [`attack`](crate::attack) and [`screen`](crate::screen).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::ClientSpec;
use super::parts::{KindParts, PartReader};
use crate::attack::{Attack, StuffingSpec};

/// What a scenario says of an attacker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttackerSpec {
    /// When it asks for what, and from where.
    pub client: ClientSpec,
    /// What it tries.
    pub attacking: AttackingSpec,
}

/// What an attacker tries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AttackingSpec {
    /// The kind of attack that all its requests belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attack: Option<Attack>,
    /// `credential-stuffing`: the passwords that it tries, one with each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<StuffingSpec>,
}

impl KindParts for AttackerSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (client, attacking) = (reader.part(), reader.part());
        Some(Self { client: client?, attacking: attacking? })
    }
}
