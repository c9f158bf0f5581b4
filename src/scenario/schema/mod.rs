//! The JSON Schema of the scenario format, for editors and for other programs.
//!
//! It is put together from the types that read a scenario, so that it cannot say anything else
//! than they do. What a schema cannot say (that a name exists, that one key needs another) is
//! left to `lindley check`.

mod partial;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use self::partial::Partial;
use crate::attack::{CsrfSpec, XssSpec};
use crate::auth::AuthSpec;
use crate::endpoint::EndpointSpec;
use crate::fault::FaultSpec;
use crate::model::{LinkSpec, MachineSpec, ProbeSpec, RunSpec};
use crate::nodes::KindSpec;
use crate::nodes::parts::{CommonSpec, PartReader};
use crate::people::{PageSpec, VisitSpec};

/// Names: as `check_names` allows them.
const NAME: &str = "^[A-Za-z][A-Za-z0-9_-]{0,127}$";

/// The JSON Schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let run = object::<RunSpec>(&mut generator);
    let auth = Value::from(AuthSpec::json_schema(&mut generator));
    let csrf = Value::from(CsrfSpec::json_schema(&mut generator));
    let xss = Value::from(XssSpec::json_schema(&mut generator));
    let once = [("auth", auth), ("csrf", csrf), ("xss", xss)];
    let families = families(&mut generator);
    let mut definitions = Map::from_iter(generator.take_definitions(true));
    let mut partial = Partial::new(&definitions);
    let mut over = partial.object(&run);
    for (name, table) in &once {
        over.insert((*name).to_owned(), partial.relaxed(&table.clone()));
    }
    for (name, about, family) in &families {
        over.insert((*name).to_owned(), by_name(about, partial.relaxed(&family.clone())));
    }
    definitions.extend(partial.definitions());
    definitions.insert("Sweep".to_owned(), sweep());
    let mut properties = run;
    properties.extend(once.map(|(name, table)| (name.to_owned(), table)));
    for (name, about, family) in families {
        properties.insert(name.to_owned(), by_name(about, family));
    }
    let variant = closed("What differs from the scenario without it.", over, &[]);
    let about = "Designs to compare: each is laid over the rest of the scenario.";
    properties.insert("variant".to_owned(), by_name(about, variant));
    let about = "Grids of values: each key is given several values, alone and together.";
    properties.insert("sweep".to_owned(), by_name(about, json!({ "$ref": "#/$defs/Sweep" })));
    properties.insert("plan".to_owned(), plan());
    properties.insert("include".to_owned(), include());
    let mut root = closed("A scenario of lindley.", properties, &[]);
    if let Some(root) = root.as_object_mut() {
        let draft = "https://json-schema.org/draft/2020-12/schema";
        root.insert("$schema".to_owned(), draft.into());
        root.insert("title".to_owned(), "lindley scenario".into());
        root.insert("$defs".to_owned(), definitions.into());
    }
    root
}

/// The tables that hold things by name, with what they hold.
fn families(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Value)> {
    let one = |generator: &mut SchemaGenerator, schema: schemars::Schema| {
        let _ = generator;
        Value::from(schema)
    };
    let machine = MachineSpec::json_schema(generator);
    let endpoint = EndpointSpec::json_schema(generator);
    let link = LinkSpec::json_schema(generator);
    let probe = ProbeSpec::json_schema(generator);
    let fault = FaultSpec::json_schema(generator);
    let page = PageSpec::json_schema(generator);
    let visit = VisitSpec::json_schema(generator);
    let nodes = nodes(generator);
    let link = by_name("Links of this caller, by the name of whom it calls.", one(generator, link));
    vec![
        ("machine", "Machines that replicas can have.", one(generator, machine)),
        ("endpoint", "Kinds of request: what they ask for and cost.", one(generator, endpoint)),
        ("node", "The nodes of the graph.", nodes),
        ("link", "The links of the graph, by the name of the caller.", link),
        ("probe", "Moments at which the number present is noted.", one(generator, probe)),
        ("page", "Pages of a site that visitors look at.", one(generator, page)),
        ("visit", "Kinds of visit, made of pages.", one(generator, visit)),
        ("fault", "What goes wrong, and when.", one(generator, fault)),
    ]
}

/// A node: one of the kinds.
fn nodes(generator: &mut SchemaGenerator) -> Value {
    let mut kinds = Vec::new();
    for (word, about) in KindSpec::WORDS.iter().zip(KindSpec::ABOUT) {
        let mut collector = Collector { generator, properties: Map::new() };
        let _ = KindSpec::read(word, &mut collector);
        let _ = collector.part::<CommonSpec>();
        let mut properties = collector.properties;
        let kind = json!({ "const": word, "description": "What the node is." });
        properties.insert("kind".to_owned(), kind);
        let mut schema = closed(about, properties, &["kind"]);
        schema["title"] = (*word).into();
        kinds.push(schema);
    }
    json!({ "oneOf": kinds })
}

/// Takes the schemas of the parts of a node instead of their values.
struct Collector<'a> {
    generator: &'a mut SchemaGenerator,
    properties: Map<String, Value>,
}

impl PartReader for Collector<'_> {
    fn part<T: DeserializeOwned + JsonSchema + Default>(&mut self) -> Option<T> {
        self.properties.extend(object::<T>(self.generator));
        Some(T::default())
    }
}

/// The properties of a struct.
fn object<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = Value::from(T::json_schema(generator));
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// A table that has these keys and no others.
fn closed(about: &str, properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({
        "description": about,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// A table of things by the names that the scenario gives them.
fn by_name(about: &str, schema: Value) -> Value {
    json!({
        "description": about,
        "type": "object",
        "propertyNames": { "pattern": NAME },
        "additionalProperties": schema,
    })
}

fn include() -> Value {
    json!({
        "description": "Files that are laid below this one, relative to it.",
        "type": "array",
        "items": { "type": "string" },
    })
}

/// The properties of a range of values.
fn range() -> Map<String, Value> {
    let number = |about: &str| json!({ "description": about, "type": ["number", "string"] });
    let steps =
        json!({ "description": "How many values there are.", "type": "integer", "minimum": 2 });
    let scale = json!({
        "description": "Whether equal differences or equal ratios lie between them.",
        "enum": ["linear", "log"],
    });
    let properties = [
        ("from", number("The first value.")),
        ("to", number("The last value, which is included.")),
        ("steps", steps),
        ("scale", scale),
    ];
    properties.map(|(key, schema)| (key.to_owned(), schema)).into_iter().collect()
}

/// A plan: a node, machines and numbers of replicas that it may have, and loads.
fn plan() -> Value {
    let mut load = range();
    let key = "The key that is the load, such as `node.users.arrivals.poisson`.";
    load.insert("key".to_owned(), json!({ "description": key, "type": "string" }));
    let values = "The loads one by one, instead of a range.";
    let list = json!({ "description": values, "type": "array", "minItems": 1 });
    load.insert("values".to_owned(), list);
    let replicas = json!({
        "description": "How many replicas there may be: a range such as `1..32`, or a list.",
        "type": ["string", "array", "integer"],
        "items": { "type": "integer", "minimum": 1 },
        "minimum": 1,
    });
    let machines = json!({
        "description": "The machines that the replicas may have, by name; each has a price.",
        "type": "array",
        "items": { "type": "string" },
        "minItems": 1,
    });
    let node = json!({ "description": "The node that is planned.", "type": "string" });
    let about = "The loads, from the smallest to the largest.";
    let properties = [
        ("node", node),
        ("machines", machines),
        ("replicas", replicas),
        ("load", closed(about, load, &["key"])),
    ];
    let properties = properties.map(|(key, schema)| (key.to_owned(), schema));
    let about = "Where `lindley plan` looks for the cheapest machines that meet the objectives.";
    closed(about, properties.into_iter().collect(), &[])
}

/// The axes of a sweep: dotted keys with lists or ranges of values.
fn sweep() -> Value {
    let range = json!({
        "type": "object",
        "properties": range(),
        "required": ["from", "to", "steps"],
        "additionalProperties": false,
    });
    json!({
        "description": "Keys, dotted or nested, and the values that they take.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [{ "type": "array", "minItems": 1 }, range, { "$ref": "#/$defs/Sweep" }],
        },
    })
}

#[cfg(test)]
mod tests;
