//! The schema against the readers, and against a scenario.

use std::collections::BTreeSet;

use super::*;
use crate::scenario::choices::KEYS;
use crate::scenario::read::fields_of;

/// Calls `look` with every schema and its path.
fn walk(schema: &Value, path: &str, look: &mut dyn FnMut(&str, &Value)) {
    look(path, schema);
    match schema {
        Value::Object(entries) => {
            for (key, value) in entries {
                walk(value, &format!("{path}/{key}"), look);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                walk(value, &format!("{path}/{place}"), look);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The properties of all schemas with their paths.
fn properties(schema: &Value) -> Vec<(String, Map<String, Value>)> {
    let mut found = Vec::new();
    walk(schema, "", &mut |path, schema| {
        // A key of a scenario may itself be called so; a table of schemas is one all the same.
        if let Some(Value::Object(properties)) = schema.get("properties") {
            found.push((path.to_owned(), properties.clone()));
        }
    });
    found
}

#[test]
fn every_key_is_described() {
    let schema = schema();
    for (path, properties) in properties(&schema) {
        for (key, property) in properties {
            let is_parameter = property.get("$ref").is_some() && path.contains("/Dist_of_");
            let described = property.get("description").is_some();
            assert!(described || is_parameter, "{path}: {key}: {property}");
        }
    }
}

#[test]
fn no_table_takes_keys_that_it_does_not_name() {
    let schema = schema();
    walk(&schema, "", &mut |path, part| {
        if part.get("properties").is_some_and(Value::is_object) {
            assert_eq!(part.get("additionalProperties"), Some(&Value::Bool(false)), "{path}");
        }
    });
}

#[test]
fn every_reference_leads_somewhere() {
    let schema = schema();
    walk(&schema, "", &mut |path, part| {
        if let Some(Value::String(to)) = part.get("$ref") {
            let found = schema.pointer(to.trim_start_matches('#'));
            assert!(found.is_some_and(Value::is_object), "{path}: {to}");
        }
    });
}

/// Compares the keys of the schema of each part with those that are read.
struct Comparer<'a>(&'a mut SchemaGenerator);

impl PartReader for Comparer<'_> {
    fn part<T: DeserializeOwned + JsonSchema + Default>(&mut self) -> Option<T> {
        compare::<T>(self.0);
        Some(T::default())
    }
}

#[track_caller]
fn compare<T: DeserializeOwned + JsonSchema>(generator: &mut SchemaGenerator) {
    let schema = object::<T>(generator);
    let described: BTreeSet<&str> = schema.keys().map(String::as_str).collect();
    let read: BTreeSet<&str> = fields_of::<T>().iter().copied().collect();
    assert_eq!(described, read, "{}", T::schema_name());
    assert!(!read.is_empty(), "{}", T::schema_name());
}

#[test]
fn the_keys_of_nodes_are_those_that_are_read() {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    for word in KindSpec::WORDS {
        assert!(KindSpec::read(word, &mut Comparer(&mut generator)).is_some(), "{word}");
    }
    compare::<CommonSpec>(&mut generator);
}

#[test]
fn the_keys_of_other_tables_are_those_that_are_read() {
    use crate::endpoint::{ObjectsSpec, ResponseSpec};
    use crate::model::{ConnectionSpec, LimitsSpec, LossTable, MeasureSpec, SloSpec};
    use crate::nodes::caching::CacheSpec;
    use crate::nodes::client::AddressesSpec;
    use crate::nodes::overhead::OverheadSpec;
    use crate::nodes::route::RouteSpec;
    use crate::nodes::station::{PausesSpec, ReplicaSpec, SetupSpec};
    use crate::nodes::timeouts::TimeoutSpec;
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let generator = &mut generator;
    compare::<RunSpec>(generator);
    compare::<SloSpec>(generator);
    compare::<MeasureSpec>(generator);
    compare::<LimitsSpec>(generator);
    compare::<MachineSpec>(generator);
    compare::<EndpointSpec>(generator);
    compare::<ObjectsSpec>(generator);
    compare::<ResponseSpec>(generator);
    compare::<LinkSpec>(generator);
    compare::<LossTable>(generator);
    compare::<ConnectionSpec>(generator);
    compare::<ProbeSpec>(generator);
    compare::<AddressesSpec>(generator);
    compare::<TimeoutSpec>(generator);
    compare::<OverheadSpec>(generator);
    compare::<CacheSpec>(generator);
    compare::<RouteSpec>(generator);
    compare::<ReplicaSpec>(generator);
    compare::<SetupSpec>(generator);
    compare::<PausesSpec>(generator);
}

/// Whether a property holds one of several alternatives that do not mix.
fn is_choice(property: &Value) -> bool {
    const CHOICES: [&str; 5] = ["RateProfile", "Arrivals", "Count", "Popularity", "Capacity"];
    let refers = |schema: &Value| {
        let to = schema.get("$ref").and_then(Value::as_str).unwrap_or_default();
        let name = to.rsplit('/').next().unwrap_or_default();
        CHOICES.contains(&name) || name.starts_with("Dist_of_")
    };
    let any = property.get("anyOf").and_then(Value::as_array);
    refers(property) || any.is_some_and(|forms| forms.iter().any(refers))
}

#[test]
fn the_keys_that_hold_a_choice_are_listed() {
    let mut found = BTreeSet::new();
    for (path, properties) in properties(&schema()) {
        // Laws within a law are no keys of their own: the outer one is replaced whole.
        let is_law = path.contains("/Dist_of_") || properties.contains_key("weight");
        // `request` and `response` are choices in `overhead` alone.
        if is_law || path.contains("/OverheadSpec") {
            continue;
        }
        let choices = properties.into_iter().filter(|(_, property)| is_choice(property));
        found.extend(choices.map(|(key, _)| key));
    }
    let listed: BTreeSet<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(found, listed);
}

/// The keys of `text` that the schema does not know, as far as a walk along them can tell.
fn strangers(schema: &Value, text: &str) -> Vec<String> {
    let scenario: Value = toml::from_str(text).expect("TOML");
    let mut strange = Vec::new();
    follow(schema, schema, &scenario, "", &mut strange);
    strange
}

fn follow(root: &Value, schema: &Value, value: &Value, path: &str, strange: &mut Vec<String>) {
    let Value::Object(entries) = value else { return };
    let mut forms = Vec::new();
    flatten(root, schema, &mut forms);
    for (key, inner) in entries {
        let path = format!("{path}.{key}");
        let within: Vec<&Value> = forms
            .iter()
            .filter(|form| {
                let kind = form.pointer("/properties/kind/const");
                kind.is_none() || entries.get("kind").is_none() || kind == entries.get("kind")
            })
            .filter_map(|form| {
                let named = form.get("properties").and_then(|it| it.get(key));
                named.or_else(|| form.get("additionalProperties").filter(|it| it.is_object()))
            })
            .collect();
        match within.as_slice() {
            [] => strange.push(path),
            several => {
                let either = json!({ "anyOf": several });
                follow(root, &either, inner, &path, strange);
            }
        }
    }
}

/// The alternatives that a schema stands for.
fn flatten<'a>(root: &'a Value, schema: &'a Value, forms: &mut Vec<Value>) {
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        let found = root.pointer(to.trim_start_matches('#')).expect("it leads somewhere");
        flatten(root, found, forms);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for form in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            flatten(root, form, forms);
        }
    }
    forms.push(schema.clone());
}

const SCENARIO: &str = "title = 'Shop'\nduration = '2000s'\nwarmup = 'auto'\nreplications = 5
include = ['costs.toml']\n[slo]\np99 = '250ms'\n[machine.small]\ncores = 2\nprice = 0.1
[endpoint.page]\nobjects = { count = 10, popularity = { zipf = 0.9 } }
work = [{ cpu = { exp = '10ms' } }, { call = 'db', times = 2 }]
[node.users]\nkind = 'client'\narrivals = { poisson = { sine = { mean = '80/s', amplitude = 0.5,
period = '1h' } }, batch = 2 }\nmix = { page = 1 }\ntimeout = { total = '1s' }
[node.lb]\nkind = 'load-balancer'\nlayer = 7\nalgorithm = 'random'\noverhead = { request = '1us' }
[node.app]\nkind = 'server'\nmachine = 'small'\nreplicas = 2\nreplica.2 = { speed = 0.5 }
[node.db]\nkind = 'database'\ncores = 1\nservice = { lognormal = { mean = '5ms', cv = 1 } }
[link.users.lb]\nlatency = '20ms'\nloss = { up = 0.01 }\n[link.lb.app]\n[link.app.db]
[probe.p]\nnode = 'db'\nat = ['5s']
[variant.late.node.users]\ntimeout = { late = 'cancel' }
[sweep.load]\nnode.users.arrivals.poisson = ['80/s', '90/s']
node.app.cores = { from = 1, to = 8, steps = 8 }";

#[test]
fn the_keys_of_a_scenario_are_known() {
    assert_eq!(strangers(&schema(), SCENARIO), [""; 0]);
}

#[test]
fn a_batch_is_not_required() {
    let schema = schema();
    walk(&schema, "", &mut |path, part| {
        let required = part.get("required").and_then(Value::as_array);
        assert!(!required.is_some_and(|keys| keys.contains(&"batch".into())), "{path}");
    });
}

#[test]
fn misspelt_keys_are_not_known() {
    for (right, wrong, path) in [
        ("replications", "replication", ".replication"),
        ("algorithm", "algorithms", ".node.lb.algorithms"),
        ("amplitude", "amplitud", ".node.users.arrivals.poisson.sine.amplitud"),
        ("late = ", "lat = ", ".variant.late.node.users.timeout.lat"),
        ("layer", "service", ".node.lb.service"),
    ] {
        assert_eq!(strangers(&schema(), &SCENARIO.replacen(right, wrong, 1)), [path]);
    }
}

#[test]
fn every_status_has_the_range_of_a_status() {
    let mut found = 0;
    for (path, properties) in properties(&schema()) {
        let Some(status) = properties.get("status") else { continue };
        let bound = |name: &str| status.get(name).and_then(Value::as_u64);
        assert!(bound("minimum").is_some_and(|least| least >= 100), "{path}: {status}");
        assert_eq!(bound("maximum"), Some(599), "{path}: {status}");
        found += 1;
    }
    assert!(found >= 4, "{found}");
}
