//! One process at a time works on a sweep: a file with its number stands at the door.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::commands::exit::CommandError;

/// The name of the file.
const NAME: &str = "lock";

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of `folder`, which has to exist. The second value tells of the process that
    /// left it behind, if one did.
    ///
    /// # Errors
    /// If a living process has it, or if the system refuses to write.
    pub(super) fn take(folder: &Path) -> Result<(Self, Option<u32>), CommandError> {
        let path = folder.join(NAME);
        let own = folder.join(format!("{NAME}.{}", std::process::id()));
        let refused = |error: std::io::Error| {
            CommandError::Files(format!("cannot lock `{}`: {error}", folder.display()))
        };
        fs::write(&own, std::process::id().to_string()).map_err(refused)?;
        // A link appears with its content, and only if there is none: no moment is in between.
        let mut left = None;
        let linked = loop {
            match fs::hard_link(&own, &path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && left.is_none() => {
                    let holder = holder(&path);
                    if is_alive(holder) {
                        break Err(in_use(holder, &path));
                    }
                    left = Some(holder);
                    let _ = fs::remove_file(&path);
                }
                Err(error) => break Err(refused(error)),
                Ok(()) => break Ok(()),
            }
        };
        let _ = fs::remove_file(&own);
        linked.map(|()| (Self { path }, left))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What stays behind is taken over by the next process.
        let _ = fs::remove_file(&self.path);
    }
}

fn in_use(holder: u32, path: &Path) -> CommandError {
    CommandError::Files(format!(
        "process {holder} works on this sweep: wait for it, or remove `{}` if that is not so",
        path.display()
    ))
}

/// The process that holds the lock at `path`; 0, which is no process, if that cannot be read.
fn holder(path: &Path) -> u32 {
    fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Whether `process` runs, and is of this program. Where the system does not tell, it is taken to.
fn is_alive(process: u32) -> bool {
    if process == 0 || process == std::process::id() {
        return false;
    }
    if !Path::new("/proc/self/stat").exists() {
        return true;
    }
    let stat = |process: &str| fs::read_to_string(format!("/proc/{process}/stat")).ok();
    let Some(theirs) = stat(&process.to_string()) else { return false };
    let name = |stat: &str| Some(stat.get(stat.find('(')?..=stat.rfind(')')?)?.to_owned());
    let is_ours = stat("self").is_none_or(|ours| name(&ours) == name(&theirs));
    let is_zombie =
        theirs.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
    is_ours && !is_zombie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_let_go_can_be_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let (_lock, left) = Lock::take(folder.path()).unwrap();
            assert_eq!(left, None);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_lock_of_a_process_that_is_gone_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), "4194304").unwrap();
        let (_lock, left) = Lock::take(folder.path()).unwrap();
        assert_eq!(left, Some(4_194_304));
    }

    #[test]
    fn a_damaged_lock_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), "").unwrap();
        assert_eq!(Lock::take(folder.path()).unwrap().1, Some(0));
    }
}
