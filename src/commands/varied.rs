//! What a command varies by itself, and the command line therefore cannot set.

use super::exit::CommandError;
use super::options::Changes;
use crate::scenario::argument::set;
use crate::scenario::tree::Path;
use crate::scenario::{Diagnostics, Sources};

/// What the command line sets holds at all points: of what is below it nothing would vary. `word`
/// says what becomes of `keys`, such as `varied`.
///
/// # Errors
/// If a key that is varied is set.
pub(super) fn none_is_set<'k>(
    keys: impl Iterator<Item = &'k Path> + Clone,
    word: &str,
    changes: &Changes,
) -> Result<(), CommandError> {
    for text in changes.overlays() {
        let set = set(&text, &mut Sources::new(), &mut Diagnostics::new());
        let key = set.and_then(|mut set| {
            // What is set in one variant an axis would hide just so.
            if set.path.keys[0] == "variant" {
                set.path.keys.drain(..set.path.keys.len().min(2));
            }
            keys.clone().find(|key| key.overlaps(&set.path))
        });
        if let Some(key) = key {
            return Err(CommandError::Usage(format!(
                "`{key}` is {word}, and cannot be set as well"
            )));
        }
    }
    Ok(())
}
