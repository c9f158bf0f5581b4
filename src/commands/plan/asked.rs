//! What is to be planned: the scenario's `[plan]`, what options say instead, and all of it checked
//! before anything is run.

use super::Args;
use crate::commands::exit::CommandError;
use crate::commands::io::Io;
use crate::commands::opened::Opened;
use crate::commands::varied::none_is_set;
use crate::model::Model;
use crate::nodes::KindSpec;
use crate::scenario::plan::{Parts, Sizing};

/// A plan that can be run.
pub(super) struct Asked {
    /// The scenario.
    pub(super) opened: Opened,
    /// The variants that are planned.
    pub(super) variants: Vec<String>,
    /// What is planned.
    pub(super) sizing: Sizing,
    /// The scenario's title.
    pub(super) title: String,
    /// The seed.
    pub(super) seed: u64,
    /// How many replications each design has.
    pub(super) replications: u32,
}

impl Asked {
    /// Reads the plan, and builds designs in which everything that is planned occurs.
    ///
    /// # Errors
    /// If the scenario, the plan or one of these designs is wrong, if nothing says what is to be
    /// planned, if it is set as well, or if a variant has no objective.
    pub(super) fn of(args: &Args, io: &mut Io) -> Result<Self, CommandError> {
        let mut opened = Opened::open(&args.scenario, &args.changes)?;
        let variants = opened.names(&args.changes)?;
        let Some(parts) = parts(args, &mut opened) else { return Err(opened.into_error()) };
        let missing = parts.missing();
        let place = opened.scenario.plan().map(|plan| plan.key_span.clone());
        if place.is_none() && !missing.is_empty() {
            return Err(unsaid(&mut opened, &variants, &missing));
        }
        let sizing = parts.build(&place.unwrap_or_default(), &mut opened.diagnostics);
        let Some(sizing) = sizing else { return Err(opened.into_error()) };
        none_is_set(sizing.keys().collect::<Vec<_>>().into_iter(), "planned", &args.changes)?;
        let mut run = None;
        let mut aimless = None;
        for name in &variants {
            let Some(model) = opened.model(name, &[]) else { continue };
            if !sizing.check(&model, &mut opened.diagnostics) {
                continue;
            }
            for overlays in sizing.samples() {
                let Some(graph) = opened.graph(name, &overlays) else { break };
                if graph.run.slo.is_none_or(|slo| slo == <_>::default()) {
                    aimless.get_or_insert_with(|| name.clone());
                }
                run.get_or_insert_with(|| {
                    (graph.run.title.clone(), graph.run.seed, graph.run.replications)
                });
            }
        }
        let opened = opened.checked(io)?;
        if let Some(name) = aimless {
            let sentence = format!(
                "a plan looks for what meets the objectives, and `{name}` has none: write `[slo]`, \
                 such as `p99 = \"200ms\"`, into the scenario"
            );
            return Err(CommandError::Usage(sentence));
        }
        let (title, seed, replications) = run.unwrap_or_default();
        Ok(Self { opened, variants, sizing, title, seed, replications })
    }
}

/// What options and the scenario say; nothing if some of it is wrong, which is noted.
fn parts(args: &Args, opened: &mut Opened) -> Option<Parts> {
    let Opened { scenario, diagnostics, .. } = opened;
    diagnostics.speak_of(None);
    let options = args.said().map(|(_, value)| value);
    let said = Parts::of_arguments(options, &mut scenario.sources, diagnostics);
    let written = match scenario.plan() {
        Some(plan) => Parts::read(plan, diagnostics),
        None => Some(Parts::default()),
    };
    Some(said?.over(written?))
}

/// Shows the table that the scenario lacks, with names of its own.
fn unsaid(opened: &mut Opened, variants: &[String], missing: &[&str]) -> CommandError {
    let model = variants.first().and_then(|name| opened.model(name, &[])).unwrap_or_default();
    let options: Vec<String> = missing.iter().map(|key| format!("--{key}")).collect();
    CommandError::Usage(format!(
        "there is nothing to plan: `{}` has no table [plan], and the command line lacks {}\n\
         write into the scenario, for instance:\n\n{}",
        opened.word(),
        options.join(", "),
        example(&model)
    ))
}

/// A plan of the node with a machine, or of some other one.
fn example(model: &Model) -> String {
    let stations = model.nodes.iter().filter_map(|(name, it)| Some((name, it.spec.station()?)));
    let planned = stations.clone().find(|(_, it)| it.machine.is_some());
    let node = planned.or_else(|| stations.clone().next()).map_or("app", |(name, _)| name);
    let machines: Vec<String> = model.machines.keys().map(|name| format!("\"{name}\"")).collect();
    let machines =
        if machines.is_empty() { "\"small\", \"big\"".to_owned() } else { machines.join(", ") };
    let is_client = |kind: &KindSpec| matches!(kind, KindSpec::Client(_));
    let client = model.nodes.iter().find(|(_, it)| is_client(&it.spec.kind));
    let client = client.map_or("users", |(name, _)| name);
    format!(
        "[plan]\nnode     = \"{node}\"\nmachines = [{machines}]\nreplicas = \"1..32\"\n\
         load     = {{ key = \"node.{client}.arrivals.poisson\", from = \"100/s\", \
         to = \"2000/s\", steps = 8, scale = \"log\" }}"
    )
}
