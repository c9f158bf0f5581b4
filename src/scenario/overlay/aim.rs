//! What an assignment from outside of the file may change: the scenario, or one of its variants.

use super::Assignment;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::scenario::tree::Path;

/// An assignment, and the variant that it changes; none if it changes all.
#[derive(Debug, Clone)]
pub struct Aimed {
    /// The name of the variant.
    pub variant: Option<String>,
    /// The assignment, with its path from the root of the scenario or of the variant.
    pub set: Assignment,
}

/// What `--set` changes. A path `variant.NAME.…` is one within that variant, of which `variants`
/// are the names; nothing, and an error is noted, if it leads to what cannot be set.
pub fn aim(set: Assignment, variants: &[&str], diagnostics: &mut Diagnostics) -> Option<Aimed> {
    let found = within(&set.path, variants).and_then(|(variant, inner)| {
        reachable(inner.as_ref().unwrap_or(&set.path))?;
        Ok((variant, inner))
    });
    match found {
        Ok((variant, inner)) => {
            let path = inner.unwrap_or(set.path);
            Some(Aimed { variant, set: Assignment { path, ..set } })
        }
        Err(error) => {
            diagnostics.push(*error);
            None
        }
    }
}

/// Whether an axis may vary the key at `path`: only what belongs to the scenario itself, since an
/// axis is laid over all variants.
///
/// # Errors
/// If not; the diagnostic points at the path.
pub fn may_vary(path: &Path) -> Result<(), Box<Diagnostic>> {
    if path.keys[0] != "variant" {
        return reachable(path);
    }
    let message = format!("`{path}` cannot be varied: an axis is laid over every variant");
    let error = Diagnostic::error(path.span.clone(), message);
    Err(Box::new(match path.keys.as_slice() {
        [_, name, _, ..] => error
            .help(format!("vary `{}`, and take this variant with --variant {name}", path.below(2))),
        _ => error.help("vary a key of the scenario, such as `node.app.replicas`"),
    }))
}

/// The variant that `path` leads into and the path from there; none for any other path.
fn within(
    path: &Path,
    variants: &[&str],
) -> Result<(Option<String>, Option<Path>), Box<Diagnostic>> {
    let error = |message: String| Diagnostic::error(path.span.clone(), message);
    match path.keys.as_slice() {
        [family, name, _, ..] if family == "variant" => {
            if !variants.contains(&name.as_str()) {
                let error = error(format!("the scenario has no variant `{name}`"));
                return Err(Box::new(match nearest(name, variants.iter().copied()) {
                    Some(meant) => error.help(format!("did you mean `{meant}`?")),
                    None => error.help("a key of the scenario is set without `variant.NAME.`"),
                }));
            }
            Ok((Some(name.clone()), Some(path.below(2))))
        }
        [family, ..] if family == "variant" => {
            let error = error(format!("`{path}` cannot be set as a whole"));
            let help = "set a key of a variant, such as `variant.NAME.node.app.replicas=8`";
            Err(Box::new(error.help(help)))
        }
        _ => Ok((None, None)),
    }
}

/// Refuses what is read before anything can be laid over the scenario.
fn reachable(path: &Path) -> Result<(), Box<Diagnostic>> {
    let (why, help) = match path.keys[0].as_str() {
        "include" => (
            "files are included before anything is set",
            "write the `include` in the file, or set the keys that it would bring",
        ),
        "sweep" => (
            "a sweep is no part of what is simulated",
            "give other values with `lindley sweep --vary KEY=VALUES`",
        ),
        "plan" => (
            "a plan is no part of what is simulated",
            "give `lindley plan` other values with --node, --machines, --replicas and --load",
        ),
        "variant" => ("a variant has no variants", "set a key of the scenario"),
        _ => return Ok(()),
    };
    let message = format!("`{path}` cannot be set from outside of the file: {why}");
    Err(Box::new(Diagnostic::error(path.span.clone(), message).help(help)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::tree;

    fn path(text: &str) -> Path {
        Path::parse(text, &(0..0)).expect("a path")
    }

    fn aimed(text: &str) -> Result<(Option<String>, String), String> {
        let mut said = Diagnostics::new();
        let set = Assignment { path: path(text), value: tree::value("1", 0).expect("a value") };
        let aimed = aim(set, &["one", "two"], &mut said);
        aimed
            .map(|it| (it.variant, it.set.path.to_string()))
            .ok_or_else(|| said.sorted()[0].message.clone())
    }

    #[test]
    fn a_path_into_a_variant_is_one_from_its_root() {
        let variant = (Some("two".to_owned()), "node.s.cores".to_owned());
        assert_eq!(aimed("variant.two.node.s.cores"), Ok(variant));
        assert_eq!(aimed("node.variant.cores"), Ok((None, "node.variant.cores".to_owned())));
    }

    #[test]
    fn what_would_change_nothing_is_refused() {
        for (text, told) in [
            ("variant.tow.seed", "the scenario has no variant `tow`"),
            ("variant.two", "`variant.two` cannot be set as a whole"),
            ("variant", "`variant` cannot be set as a whole"),
            ("include", "files are included before"),
            ("sweep.load.seed", "a sweep is no part of what is simulated"),
            ("plan.replicas", "a plan is no part of what is simulated"),
            ("variant.two.include", "files are included before"),
            ("variant.two.variant.x", "a variant has no variants"),
        ] {
            let message = aimed(text).expect_err(text);
            assert!(message.contains(told), "{text}: {message}");
        }
    }

    #[test]
    fn an_axis_is_for_all_variants() {
        assert!(may_vary(&path("node.s.cores")).is_ok());
        let error = may_vary(&path("variant.two.node.s.cores")).expect_err("one variant only");
        let help = "vary `node.s.cores`, and take this variant with --variant two";
        assert_eq!(error.help.as_deref(), Some(help));
        for text in ["variant", "include", "sweep.load.seed"] {
            assert!(may_vary(&path(text)).is_err(), "{text}");
        }
    }
}
