//! temp
use schemars::JsonSchema; use serde::{Serialize,Deserialize};
#[derive(Debug,Clone,PartialEq,Serialize,Deserialize,JsonSchema)] #[serde(rename_all="lowercase")]
pub enum Popularity { Uniform, Zipf(f64) }
impl Default for Popularity { fn default()->Self { Self::Uniform } }
impl Popularity { pub fn objects(&self, n:u32)->Objects { Objects(n) } }
#[derive(Debug,Clone)] pub struct Objects(u32);
impl Objects { pub fn pick(&self, bits:u64)->crate::id::ObjectId { crate::id::ObjectId(crate::rng::below(u64::from(self.0),bits) as u32) } }
