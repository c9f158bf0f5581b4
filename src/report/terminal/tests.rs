//! Whole texts of small real runs, with `#` for every number: how numbers are rounded is tested
//! where that is done, and what they are is not for here to say.

use super::*;
use crate::report::sample;
use crate::study::compare;

/// Numbers as `#`, and blanks as one.
fn shape(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let words = line.split_whitespace().map(|word| {
            let is_figure = |c: char| c.is_ascii_digit() || c == '.';
            let number = word.trim_matches(|c: char| !c.is_ascii_digit());
            let is_number = !number.is_empty()
                && number.chars().all(is_figure)
                && !word.starts_with(char::is_alphabetic);
            if is_number { word.replace(number, "#") } else { word.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect()
}

fn run(text: &str, width: u16) -> String {
    run_table(&sample::provenance(), &sample::run(text, sample::PLAIN), &[], width, false)
}

fn compared(text: &str, width: u16) -> String {
    let results = sample::run(text, sample::PLAIN);
    let comparison = compare(&results, 0);
    compare_table(&sample::provenance(), (&results, &comparison), &[], width, false)
}

#[test]
fn a_run_is_told_from_what_was_run_to_how_to_run_it_again() {
    let mut lines = shape(&run(sample::PROMISED, 80));
    let fingerprint = lines.pop().unwrap_or_default();
    assert_eq!(fingerprint.len(), "Fingerprint: ".len() + 16);
    assert_eq!(
        lines,
        [
            "sample: One big server or four small ones?",
            "steady state, seed #, # replications of #s, warm-up #s (given), # % intervals",
            "",
            "end to end",
            "latency mean (ms) ~# ± #",
            "p50 # ± #",
            "p90 ~# ± #",
            "p95 ~# ± #",
            "p99 -",
            "p99.9 -",
            "longest of a run #",
            "wait mean (ms) ~# ± #",
            "throughput (#/s) ~# ± #",
            "success ~≥ # %",
            "in flight at the end # %",
            "",
            "node utilisation wait mean (ms) in system",
            "app ~# ± # % ~# ± # ~# ± #",
            "",
            "Busiest: `app`, whose cores are at work for ~# ± # % of the time.",
            "SLO p50 at most # ms: met (# ± # ms)",
            "SLO success at least # %: met (~≥ # %)",
            "",
            "~ few data: the interval is unreliable. Run for longer.",
            "- no number: too few data, nothing to measure, or too much of it had not ended.",
            "Reproduce: lindley run sample.toml --seed #",
        ]
    );
}

#[test]
fn a_pool_that_is_fuller_than_all_cores_is_the_bottleneck() {
    let told = |rate: u32| {
        let text = format!(
            "duration = '60s'\nreplications = 5\n[endpoint.p]\nwork = [{{ call = 'db' }}]\n\
             [node.u]\nkind = 'client'\narrivals = {{ poisson = '{rate}/s' }}\n\
             mix = {{ p = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n[node.db]\n\
             kind = 'database'\ncores = 100\nservice = {{ exp = '100ms' }}\n[link.u.app]\n\
             [link.app.db]\nconnection = {{ mode = 'pool', max = 10 }}\n"
        );
        run(&text, 200)
    };
    // The database has 100 cores, of which 4, 5 and 12 are at work.
    let said = told(40);
    let line = "Busiest: app → db, where 4 of 10 connections are needed on";
    assert!(said.contains(line), "{said}");
    let said = told(50);
    let line = "Bottleneck: app → db, where 5 of 10 connections are needed on average";
    assert!(said.contains(line), "{said}");
    let said = told(120);
    let line = "Too little: app → db, where 12 of 10 connections are needed.";
    assert!(said.contains(line), "{said}");
}

#[test]
fn a_server_that_rests_most_of_the_time_is_the_busiest_and_no_bottleneck() {
    let told = |rate: u32| {
        let text = format!(
            "duration = '60s'\nreplications = 5\n[endpoint.p]\nwork = [{{ cpu = '10ms' }}]\n\
             [node.u]\nkind = 'client'\narrivals = {{ poisson = '{rate}/s' }}\n\
             mix = {{ p = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n[link.u.app]\n"
        );
        run(&text, 200)
    };
    let said = told(40);
    let line = "Busiest: `app`, whose cores are at work for";
    assert!(said.contains(line) && !said.contains("Bottleneck"), "{said}");
    assert!(told(60).contains("Bottleneck: `app`, whose cores are at work for"));
}

#[test]
fn a_line_that_is_fuller_than_all_cores_is_the_busiest_of_a_comparison() {
    let text = "duration = '20s'\nreplications = 5\n[endpoint.p]\nwork = [{ cpu = '1ms' }]\n\
         response = { size = '100kB' }\n[node.u]\nkind = 'client'\n\
         arrivals = { poisson = '10/s' }\nmix = { p = 1 }\n[node.app]\nkind = 'server'\n\
         cores = 1\n[link.u.app]\nbandwidth = '10Mbit/s'\n[variant.narrow]\n\
         [variant.wide.link.u.app]\nbandwidth = '10Gbit/s'\n";
    let said = shape(&compared(text, 200)).join("\n");
    assert!(said.contains("\nbusiest u → app, the way back # % app ~# ± # %\n"), "{said}");
}

#[test]
fn a_comparison_is_told_from_the_values_to_the_sentence() {
    let mut lines = shape(&compared(sample::SHOP, 200));
    let fingerprint = lines.iter().position(|line| line.starts_with("Fingerprint: "));
    lines.remove(fingerprint.expect("a fingerprint"));
    assert_eq!(
        lines,
        [
            "sample: One big server or four small ones?",
            "steady state, seed #, # replications of #s, warm-up #s (given), # % intervals",
            "",
            "out up",
            "sojourn (latency mean, ms) # ± # # ± #",
            "wait mean (ms) # ± # # ± #",
            "p50 (ms) # ± # # ± #",
            "p99 (ms) ~# ± # ~# ± #",
            "p99.9 (ms) - -",
            "throughput (#/s) # ± # # ± #",
            "success ≥ # % ≥ # %",
            "busiest node app # ± # % app # ± # %",
            "cost per hour # #",
            "cost per million # ± # # ± #",
            "",
            "Ratio to out",
            "up",
            "sojourn (latency mean) # [#, #] lower",
            "wait mean # [#, #] lower",
            "p50 # [#, #] lower",
            "p99 ~# [#, #] lower",
            "throughput # [#, #] (=)",
            "success # [#, #] (=)",
            "cost per million # [#, #] (=)",
            "lower, higher: a real difference. (=): none is shown.",
            "",
            "~ few data: the interval is unreliable. Run for longer.",
            "- no number: too few data, nothing to measure, or too much of it had not ended.",
            "Scaling up is taken as perfect: n cores do the work of n at `app` (no contention and \
             no coherency is stated).",
            "Prices are taken as written, per hour: `out` #, `up` #.",
            "Common random numbers: all variants get the same requests at the same cost, and are \
             compared replication by replication.",
            "Intervals hold with a confidence of # %.",
            "Reproduce: lindley run sample.toml --seed #",
            "",
            "`up` answers in # ± # of the mean time of `out` at the same price; its p99 is # ± # \
             of the other's (from few data).",
        ]
    );
}

#[test]
fn an_unstable_variant_has_no_numbers_but_a_reason() {
    let text = run(sample::OVERLOADED, 80);
    assert!(text.contains("latency mean (ms)     unstable\n"), "{text}");
    assert!(text.contains("\n`base` cannot keep up with the load: `app` has grown since "));
    assert!(text.contains("\nSLO p99 at most 50 ms: MISSED, latency grows without limit\n"));
}

#[test]
fn where_no_steady_state_was_found_no_queue_is_said_to_grow() {
    let mut results = sample::run(sample::QUEUE, sample::PLAIN);
    results[0].stability = crate::study::Stability::Unsettled;
    let said = run_table(&sample::provenance(), &results, &[], 200, false);
    assert!(said.contains("\n`base` has not settled within half of the run."), "{said}");
    assert!(said.contains("\nunstable: no steady state was found within half of the run, so no "));
    assert!(!said.contains("grows"), "{said}");
    let said = run(sample::OVERLOADED, 200);
    assert!(said.contains("\nunstable: a queue grows without limit, so no average"), "{said}");
}

#[test]
fn that_nothing_ever_fails_is_unclear_and_the_target_is_not_rounded() {
    let said = |target: &str| run(&format!("slo.success = {target}\n{}", sample::QUEUE), 200);
    let all = said("1.0");
    let why = "SLO success at least 100 %: unclear, nothing failed but no run can show that \
               nothing ever fails (";
    assert!(all.contains(why), "{all}");
    let nearly = said("0.99999");
    assert!(nearly.contains("SLO success at least 99.999 %: unclear, the interval "), "{nearly}");
}

#[test]
fn errors_are_told_by_reason_and_where_they_happened() {
    let text = shape(&run(sample::REFUSING, 80));
    assert!(text.contains(&"errors: refused # ± # %".to_owned()), "{text:#?}");
    let is_head = |line: &String| line.starts_with("node ") && line.ends_with(" refused");
    assert!(text.iter().any(is_head), "{text:#?}");
    assert!(!text.iter().any(|line| line.contains("timeout")), "{text:#?}");
}

#[test]
fn a_baseline_without_numbers_has_no_table_of_ratios() {
    let text = compared(&sample::SHOP.replace("replicas = 4", "replicas = 1"), 80);
    let line = "\n`out` has no numbers, so nothing can be compared with it.\n";
    assert!(text.contains(line), "{text}");
    assert!(!text.contains("Ratio to"), "{text}");
}

#[test]
fn too_few_replications_are_no_lack_of_numbers() {
    let text = compared(&sample::SHOP.replace("replications = 5", "replications = 3"), 80);
    assert!(text.contains("\nNo ratios: at least 5 replications are needed to compare, not 3."));
    assert!(!text.contains("Run for longer") && !text.contains("too little data"), "{text}");
}

#[test]
fn sojourn_and_wait_are_told_apart_where_they_disagree() {
    let text = compared(sample::FAST_OR_MANY, 200);
    let note = "`fast` answers sooner, although requests wait longer there than at `many`.";
    assert!(text.contains(note), "{text}");
    assert!(!compared(sample::SHOP, 200).contains("differently"));
}

#[test]
fn only_what_somebody_copies_is_longer_than_the_width() {
    let text = compared(sample::SHOP, 60);
    let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 60).collect();
    assert_eq!(long.len(), 1, "{long:#?}");
    assert!(long[0].starts_with("`up` answers in "), "{long:#?}");
}

#[test]
fn a_run_that_goes_on_for_long_after_the_last_arrival_is_told_to() {
    let text = |drained: &str| {
        format!(
            "study = 'terminating'\nduration = '10s'\nuntil = '{drained}'\nreplications = 5\n\
             [endpoint.p]\nwork = [{{ cpu = '2s' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ regular = '1/s' }}\nmix = {{ p = 1 }}\n[node.app]\nkind = 'server'\n\
             cores = 1\n[link.u.app]\n"
        )
    };
    let said = run(&text("drained"), 200);
    assert!(said.contains("went on for up to 19s until its last request had ended"), "{said}");
    assert!(!run(&text("duration"), 200).contains("went on"), "nothing is waited for");
}

#[test]
fn more_in_flight_than_has_come_since_the_warm_up_is_no_share() {
    let text = run(&format!("limits = {{ in_flight = 230 }}\n{}", sample::OVERLOADED), 80);
    let line = text.lines().find(|line| line.contains("in flight at the end")).expect("a line");
    assert!(line.ends_with(" more than came"), "{line}");
}
