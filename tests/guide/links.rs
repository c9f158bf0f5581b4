//! Links from one file to another.

use std::path::Path;

use crate::support::source::root;

/// The targets of links and pictures that are files of the project.
pub(crate) fn inside(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

/// Whether the target of a link on the page at `path` is there.
pub(crate) fn leads_somewhere(path: &str, target: &str) -> bool {
    let file = target.split('#').next().unwrap_or_default();
    let folder = root().join(path).parent().map(Path::to_owned).unwrap_or_default();
    folder.join(file).exists()
}
