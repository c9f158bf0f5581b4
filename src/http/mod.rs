//! The rules of HTTP and of browsers that are functions of what is asked and answered, and of
//! nothing else.

pub mod cookie;
pub mod cors;
pub mod origin;
pub mod site;
