//! `lindley calibrate`: measures if it was built to, and says how to build it else.

use crate::workplace::Workplace;

#[cfg(not(feature = "calibrate"))]
#[test]
fn a_program_that_cannot_measure_says_how_to_build_one_that_can() {
    let place = Workplace::with_shop();
    let told = place.run("calibrate --quick");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    let said = "cargo run --release --features calibrate -- calibrate --out costs.toml --quick\n";
    assert!(told.stderr.ends_with(said), "{}", told.stderr);
    assert!(place.is_untouched());
}

/// A service that checks tokens.
const TOKENS: &str = "include = ['costs.toml']
duration = '20s'
replications = 5
[endpoint.page]
[endpoint.login]
auth = false
[page.page]
endpoint = 'page'
[visit.short]
pages = { page = 1 }
length = 3
login = 1
[node.users]
kind = 'client'
arrivals = { visits = { regular = '2/s' }, visit = 'short' }
[node.app]
kind = 'server'
cores = 4
[link.users.app]
connection = { mode = 'per-request', tls = '1.3' }
[auth]
scheme = 'jwt'
at = 'app'
issuer = 'app'
login = 'login'
";

/// The mean of a metric in `summary.csv`.
fn mean(place: &Workplace, metric: &str) -> f64 {
    let summary = place.read("r/summary.csv");
    let row = summary.lines().find(|row| row.split(',').any(|cell| cell == metric));
    let cell = row.and_then(|row| row.split(',').nth(3)).unwrap_or_else(|| panic!("{summary}"));
    cell.parse().expect("a number")
}

#[test]
fn named_costs_are_those_of_scenarios_that_include_them() {
    let place = Workplace::with_shop();
    place.write("tokens.toml", TOKENS);
    let mut cores = Vec::new();
    for hash in ["10ms", "200ms"] {
        place.write("costs.toml", &format!("[costs]\nargon2id = '{hash}'\n"));
        place.run("run tokens.toml --no-plots --out r").done();
        cores.push(mean(&place, "identity_cores"));
    }
    // Two log-ins a second, each of 190 ms more.
    assert!((cores[1] - cores[0] - 0.38).abs() < 0.02, "{cores:?}");
    place.write("costs.toml", "[costs]\nargon2 = '10ms'\n");
    let told = place.run("run tokens.toml --no-plots --out r");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("unknown key `argon2`"), "{}", told.stderr);
    assert!(told.stderr.contains("did you mean `argon2id`?"), "{}", told.stderr);
}

#[cfg(feature = "calibrate")]
#[test]
fn what_is_measured_is_positive_and_a_scenario_takes_it_in() {
    let place = Workplace::with_shop();
    let told = place.run("calibrate --quick --json").done();
    let lines: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    let lines = lines.as_array().expect("a list");
    assert_eq!(lines.len(), 19, "{}", told.stdout);
    for line in lines {
        assert!(line["nanoseconds"].as_f64().expect("a number") > 0.0, "{line}");
    }
    let costs = place.read("costs.toml");
    for said in ["# Measured by `lindley calibrate` on ", "# Machine: ", "# Source: ring", "bcrypt"]
    {
        assert!(costs.contains(said), "{said}: {costs}");
    }
    place.write("tokens.toml", TOKENS);
    place.run("run tokens.toml --no-plots --out r").done();
    assert!(mean(&place, "identity_cores") > 0.0);
    place.write("costs.toml", "mine");
    assert_eq!(place.run("calibrate --quick").status, 4);
    assert_eq!(place.read("costs.toml"), "mine");
}
