//! Scenario files: from text to typed values, or to all that is wrong with the text.
mod assign;
mod decode;
mod diagnostic;
mod files;
mod nearest;
mod nesting;
mod overlay;
mod parse;
mod path;
mod render;
mod source;
mod tree;
pub use self::source::Sources;
