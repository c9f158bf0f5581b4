//! temp
use rand::Rng; use schemars::JsonSchema; use serde::{Serialize,Deserialize};
#[derive(Debug,Clone,PartialEq,Serialize,Deserialize,JsonSchema)] #[serde(untagged)]
pub enum Count { Fixed(u32), G{geometric: M}, P{poisson: M} }
#[derive(Debug,Clone,PartialEq,Serialize,Deserialize,JsonSchema)] pub struct M { pub mean: f64 }
impl Count { pub fn mean(&self)->f64 { match self { Self::Fixed(n)=>f64::from(*n), Self::G{geometric}=>geometric.mean, Self::P{poisson}=>poisson.mean } }
pub fn sample<R: Rng + ?Sized>(&self, r:&mut R)->u32 { match self { Self::Fixed(n)=>*n, Self::G{geometric}=> { let p=1.0/geometric.mean; if p>=1.0 {return 1;} let u=crate::rng::open_unit(r.next_u64()); 1+(libm::log(u)/libm::log1p(-p)) as u32 }, Self::P{..}=>1 } } }
