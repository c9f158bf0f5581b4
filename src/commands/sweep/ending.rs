//! What becomes of a sweep whose points are all finished: its folder, and what is told of it.

use std::path::Path;

use super::outline::Outline;
use super::points::points_file;
use super::state::Finished;
use super::table;
use crate::commands::exit::{CommandError, Exit};
use crate::commands::io::Io;
use crate::commands::options::Work;
use crate::commands::publish::publish;
use crate::report::{Column, Provenance, SweepTable, sweep_files, sweep_json};

/// A sweep, or a shard of one, of which all is finished.
#[derive(Debug)]
pub(in crate::commands) struct Ending {
    provenance: Provenance,
    outline: Outline,
    /// What a shard keeps.
    kept: Vec<Finished>,
    table: SweepTable,
}

impl Ending {
    /// The sweep of `outline` with all that it came to.
    pub(in crate::commands) fn new(
        provenance: Provenance,
        outline: Outline,
        finished: Vec<Finished>,
    ) -> Self {
        let kept = if outline.header.part.is_some() { finished.clone() } else { Vec::new() };
        let table = outline.table(finished);
        Self { provenance, outline, kept, table }
    }

    /// Writes its folder. Returns where it is, in a sentence to be told below the table.
    ///
    /// A shard keeps its points to be put together with others, and has no plots: curves with
    /// holes would be taken for those of the sweep.
    ///
    /// # Errors
    /// If a table cannot be drawn, or the folder not be written.
    pub(in crate::commands) fn write(
        &self,
        folder: &Path,
        work: &Work,
    ) -> Result<String, CommandError> {
        let mut files = sweep_files(&self.provenance, &self.table);
        let is_part = self.table.shard.is_some();
        if is_part {
            files.push(points_file(&self.outline, &self.kept)?);
        }
        let work = Work { no_plots: work.no_plots || is_part, ..work.clone() };
        let place = publish(folder, &self.provenance.title, files, &work)?;
        let more = if is_part { "; `lindley merge` puts all shards together" } else { "" };
        Ok(format!("{place}{more}"))
    }

    /// Prints its table with the columns that are asked for, or JSON.
    ///
    /// # Errors
    /// If the output cannot be written to.
    pub(in crate::commands) fn print(
        &self,
        columns: &[Column],
        work: &Work,
        io: &mut Io,
    ) -> Result<(), CommandError> {
        if work.json {
            io.print(&format!("{:#}\n", sweep_json(&self.provenance, &self.table)))
        } else {
            io.print(&table::table(&self.provenance, &self.table, &self.outline, columns))
        }
    }

    /// How the command ends that made it, which may be asked to watch the SLO.
    pub(in crate::commands) fn exit(&self, work: &Work) -> Exit {
        let is_met = self.table.lines.iter().all(|line| line.slo.as_deref() == Some("met"));
        if work.assert_slo && !is_met { Exit::Found } else { Exit::Done }
    }
}
