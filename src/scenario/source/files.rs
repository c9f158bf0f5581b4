//! Where texts come from: the disk, or a handful of texts in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::MAX_FILE_BYTES;

/// Reads files by their path.
pub trait Files {
    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read, or holds more than [`MAX_FILE_BYTES`].
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable>;

    /// The bytes of the file at `path`, which has to lie at or below `folder` when all symbolic
    /// links are followed.
    ///
    /// # Errors
    /// As [`read`](Self::read), and if it lies elsewhere.
    fn read_below(&self, folder: &Path, path: &Path) -> Result<Vec<u8>, Unreadable>;
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// There is no such file.
    Missing,
    /// It is a folder.
    Folder,
    /// It is a device, a pipe or a socket.
    Special,
    /// The system does not allow it.
    Denied,
    /// It holds more than [`MAX_FILE_BYTES`].
    TooLarge,
    /// A symbolic link leads out of the folder.
    Outside,
    /// Something else, in the words of the system.
    Other(String),
}

/// The files of the disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// Texts in memory: for tests, and for a library user without a file system.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<PathBuf, Vec<u8>>);

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        // What the shell connected as standard input may be a pipe; any other pipe might never
        // be written to, and opening it would wait for ever.
        if path != Path::new("/dev/stdin") {
            let metadata = std::fs::metadata(path).map_err(|error| Unreadable::from(&error))?;
            if metadata.is_dir() {
                return Err(Unreadable::Folder);
            }
            if !metadata.is_file() {
                return Err(Unreadable::Special);
            }
        }
        read_bounded(File::open(path).map_err(|error| Unreadable::from(&error))?)
    }

    fn read_below(&self, folder: &Path, path: &Path) -> Result<Vec<u8>, Unreadable> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = |path: &Path| path.canonicalize().map_err(|error| Unreadable::from(&error));
        if !real(path)?.starts_with(real(folder)?) {
            return Err(Unreadable::Outside);
        }
        self.read(path)
    }
}

impl Memory {
    /// Texts by their names.
    #[must_use]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()));
        Self(files.collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        let bytes = self.0.get(path).ok_or(Unreadable::Missing)?;
        read_bounded(bytes.as_slice())
    }

    fn read_below(&self, _: &Path, path: &Path) -> Result<Vec<u8>, Unreadable> {
        self.read(path)
    }
}

impl From<&io::Error> for Unreadable {
    fn from(error: &io::Error) -> Self {
        let kind = error.kind();
        if kind == ErrorKind::NotFound {
            Self::Missing
        } else if kind == ErrorKind::PermissionDenied {
            Self::Denied
        } else if kind == ErrorKind::IsADirectory {
            Self::Folder
        } else {
            Self::Other(error.to_string())
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Folder => f.write_str("it is a folder"),
            Self::Special => f.write_str("it is a device, a pipe or a socket"),
            Self::Denied => f.write_str("the system does not allow it"),
            Self::TooLarge => write!(f, "it holds more than {} MiB", MAX_FILE_BYTES >> 20),
            Self::Outside => f.write_str("a symbolic link leads out of the scenario's folder"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// Reads to the end, and gives up at the bound: a file may grow while it is read.
fn read_bounded(from: impl Read) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    let mut bounded = from.take(MAX_FILE_BYTES as u64 + 1);
    bounded.read_to_end(&mut bytes).map_err(|error| Unreadable::from(&error))?;
    if bytes.len() > MAX_FILE_BYTES { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_readable_file_is_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        assert_eq!(Disk.read(&at("none")), Err(Unreadable::Missing));
        assert_eq!(Disk.read(folder.path()), Err(Unreadable::Folder));
        std::fs::write(at("large"), vec![b' '; MAX_FILE_BYTES + 1]).expect("written");
        assert_eq!(Disk.read(&at("large")), Err(Unreadable::TooLarge));
        std::fs::write(at("small"), "x = 1").expect("written");
        assert_eq!(Disk.read(&at("small")), Ok(b"x = 1".to_vec()));
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_link_loops_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Disk.read(Path::new("/dev/zero")), Err(Unreadable::Special));
        let link = folder.path().join("loop");
        std::os::unix::fs::symlink(&link, &link).expect("linked");
        assert!(matches!(Disk.read(&link), Err(Unreadable::Other(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let outer = tempfile::tempdir().expect("a folder");
        let inner = outer.path().join("inner");
        std::fs::create_dir(&inner).expect("made");
        std::fs::write(outer.path().join("secret"), "x").expect("written");
        std::fs::write(inner.join("plain"), "y").expect("written");
        std::os::unix::fs::symlink("../secret", inner.join("link")).expect("linked");
        assert_eq!(Disk.read_below(&inner, &inner.join("link")), Err(Unreadable::Outside));
        assert_eq!(Disk.read_below(&inner, &inner.join("plain")), Ok(b"y".to_vec()));
    }
}
