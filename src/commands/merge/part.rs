//! A shard of a sweep as its folder tells of it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::commands::exit::CommandError;
use crate::commands::sweep::{Finished, Outline, POINTS, points_of, progress};
use crate::report::{Provenance, digest};
use crate::study::Shard;

/// A finished shard.
#[derive(Debug)]
pub(super) struct Part {
    /// Its folder, as it was given.
    pub(super) folder: PathBuf,
    /// Which one it is.
    pub(super) shard: Shard,
    /// Where it comes from.
    pub(super) provenance: Provenance,
    /// What its sweep is made of.
    pub(super) outline: Outline,
    /// What it came to.
    pub(super) finished: Vec<Finished>,
}

impl Part {
    /// Reads all of `folders`.
    ///
    /// # Errors
    /// If one cannot be read or is damaged; if some are no finished shards, all of them are told.
    pub(super) fn read_all(folders: &[PathBuf]) -> Result<Vec<Self>, CommandError> {
        let (mut parts, mut wrong) = (Vec::new(), Vec::new());
        for folder in folders {
            match Self::read(folder) {
                Ok(part) => parts.push(part),
                Err(CommandError::Usage(sentence)) => wrong.push(sentence),
                Err(error) => return Err(error),
            }
        }
        if wrong.is_empty() { Ok(parts) } else { Err(CommandError::Usage(wrong.join("; "))) }
    }

    fn read(folder: &Path) -> Result<Self, CommandError> {
        let name = folder.display();
        // An earlier result may still be there while the shard is run anew.
        if let Some((header, finished)) = progress(folder)
            && let Some(part) = header.part
        {
            return Err(CommandError::Usage(format!(
                "`{name}` is unfinished: of shard {} of {} there are {finished} of {} rows; the \
                 command that began it goes on from there",
                part.shard.number, part.shard.of, part.rows
            )));
        }
        if !folder.is_dir() {
            let what = if folder.exists() { "it is no folder" } else { "there is no such folder" };
            return Err(CommandError::Files(format!("cannot read `{name}`: {what}")));
        }
        let no_shard =
            |why: &str| CommandError::Usage(format!("`{name}` is no shard of a sweep: {why}"));
        let Some(manifest) = text(&folder.join("manifest.json"))? else {
            return Err(no_shard("it has no manifest.json"));
        };
        let damaged = || CommandError::Files(format!("`{name}` is damaged: copy it anew"));
        let manifest: Value = serde_json::from_str(&manifest).map_err(|_| damaged())?;
        if manifest.get("shard").is_none() {
            let is_whole = manifest.get("sweep").is_some();
            let what = if is_whole { "all of one" } else { "something else" };
            return Err(no_shard(&format!("it is the result of {what}")));
        }
        let (version, own) = (said(&manifest, "version"), env!("CARGO_PKG_VERSION"));
        if version != own {
            return Err(CommandError::Usage(format!(
                "`{name}` was made by lindley {version}, and this is lindley {own}: take one \
                 version for all shards and for putting them together"
            )));
        }
        let Some(points) = text(&folder.join(POINTS))? else {
            return Err(no_shard(&format!("it has no {POINTS}")));
        };
        Self::of(folder, &manifest, &points).ok_or_else(damaged)
    }

    /// What a manifest and points tell; none unless they are whole and belong together.
    fn of(folder: &Path, manifest: &Value, points: &str) -> Option<Self> {
        let (outline, finished) = points_of(points)?;
        let part = outline.header.part?;
        let overlays = manifest.get("overlays")?.as_array()?.iter();
        let provenance = Provenance {
            scenario: said(manifest, "scenario").to_owned(),
            title: said(manifest, "title").to_owned(),
            digest: said(manifest, "digest").to_owned(),
            text: said(manifest, "text").to_owned(),
            overlays: overlays.filter_map(Value::as_str).map(str::to_owned).collect(),
            seed: manifest.get("seed")?.as_u64()?,
            command: said(manifest, "command").to_owned(),
        };
        let fingerprints: Vec<&str> = finished.iter().map(|it| it.fingerprint.as_str()).collect();
        let is_sound = digest(&provenance.text) == provenance.digest
            && provenance.digest == outline.header.scenario
            && provenance.seed == outline.header.seed
            && digest(&fingerprints.join(" ")) == said(manifest, "fingerprint")
            && finished.len() == part.rows;
        let (folder, shard) = (folder.to_owned(), part.shard);
        is_sound.then_some(Self { folder, shard, provenance, outline, finished })
    }
}

/// What a file says; none if there is no such file.
fn text(path: &Path) -> Result<Option<String>, CommandError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(CommandError::Files(format!("cannot read `{}`: {error}", path.display())))
        }
    }
}

/// What a manifest says under `key`; nothing if that is no text.
fn said<'m>(manifest: &'m Value, key: &str) -> &'m str {
    manifest.get(key).and_then(Value::as_str).unwrap_or_default()
}
