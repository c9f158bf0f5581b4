//! What a plan claims, as table, as JSON and in sentences.

use std::collections::BTreeMap;

use super::*;
use crate::metrics::Unit;
use crate::plots::{Tables, draw_all};
use crate::report::SloOutcome;
use crate::stats::Status;
use crate::study::{SweepReading, SweepRow};

fn run(replicas: u32, price: f64, slo: SloOutcome) -> PlanRun {
    let reading = |mean: f64| SweepReading {
        numbers: [Some(mean), Some(mean - 1.0), Some(mean + 1.0)],
        status: Status::Ok,
    };
    let metrics = BTreeMap::from([
        ("latency_p99".to_owned(), reading(90.0)),
        ("cost_per_hour".to_owned(), reading(f64::from(replicas) * price)),
        ("success_ratio".to_owned(), reading(1.0)),
    ]);
    let (utilisation, queue_max) = (BTreeMap::new(), BTreeMap::new());
    let row = SweepRow { metrics, utilisation, queue_max, status: Status::Ok };
    let (minds_failures, unshown) = (false, None);
    PlanRun { replicas, slo, is_unstable: false, minds_failures, unshown, row }
}

/// Machines of 1 and 3 an hour, of which so many are enough at 10/s, 20/s and so on; none where
/// four are not.
fn plan(enough: &[[Option<u32>; 2]]) -> PlanTable {
    let mut cells = Vec::new();
    for (load, here) in enough.iter().enumerate() {
        for (machine, (enough, price)) in here.iter().zip([1.0, 3.0]).enumerate() {
            let below = enough.map_or(4, |it| it - 1);
            cells.push(PlanCell {
                variant: "base".to_owned(),
                load,
                machine,
                enough: enough.map(|it| run(it, price, SloOutcome::Met)),
                below: (below > 0).then(|| run(below, price, SloOutcome::Missed)),
                looked_at: vec![1, 2, 3, 4],
            });
        }
    }
    let metric = "latency_p99";
    PlanTable {
        node: "app".to_owned(),
        machines: ["small", "big"].map(str::to_owned).to_vec(),
        replicas: vec![1, 2, 3, 4],
        key: "node.users.arrivals.poisson".to_owned(),
        loads: (1..=enough.len()).map(|n| format!("{}/s", 10 * n)).collect(),
        objectives: vec![Objective { metric, what: "p99", unit: Unit::Millis }],
        cells,
        runs: 7,
        fingerprint: "f".to_owned(),
        events: 9,
    }
}

fn told(enough: &[[Option<u32>; 2]]) -> String {
    plan_sentences(&plan(enough)).join("\n")
}

#[test]
fn a_row_has_what_is_enough_and_what_is_too_few() {
    let table = plan(&[[Some(1), Some(1)], [Some(4), Some(1)], [None, Some(2)]]);
    let text = String::from_utf8(sheet(&table).bytes).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    let head = "variant,load,machine,replicas,cost_per_hour,latency_p99,latency_p99_low,\
                latency_p99_high,latency_p99_status,success_ratio,success_ratio_low,\
                success_ratio_high,success_ratio_status,below,below_slo,looked_at,status,cheapest";
    assert_eq!(lines[0], head);
    assert_eq!(lines[1], "base,10/s,small,1,1,90,89,91,ok,1,0,2,ok,,,1 2 3 4,least,yes");
    assert_eq!(lines[3], "base,20/s,small,4,4,90,89,91,ok,1,0,2,ok,3,missed,1 2 3 4,met,no");
    assert_eq!(lines[5], "base,30/s,small,,,,,,,,,,,4,missed,1 2 3 4,missed,no");
    assert_eq!(lines[6], "base,30/s,big,2,6,90,89,91,ok,1,0,2,ok,1,missed,1 2 3 4,met,yes");
    let mut tables = Tables::new();
    tables.insert("plan", &text).expect("a table");
    assert_eq!(draw_all(&tables, "t").expect("drawn")[0].name, "plan");
}

#[test]
fn where_the_cheapest_changes_is_told_with_both_loads_and_by_how_much() {
    let text = told(&[[Some(1), Some(1)], [Some(2), Some(1)], [Some(4), Some(1)], [None, Some(2)]]);
    let expected = "`small` is cheapest up to 20/s; `big` is cheapest from 30/s on. It changes \
                    between 20/s and 30/s: at 20/s `small` costs 33 % less than `big`, at 30/s \
                    `big` costs 25 % less than `small`.";
    assert_eq!(text, expected);
}

#[test]
fn what_is_cheapest_everywhere_costs_the_same_or_is_not_enough_is_told() {
    let one = told(&[[Some(1), Some(1)], [Some(2), Some(1)]]);
    let expected = "`small` is cheapest at every load of this plan. At 10/s `small` costs 67 % \
                    less than `big`, at 20/s `small` costs 33 % less than `big`.";
    assert_eq!(one, expected);
    let same = told(&[[Some(3), Some(1)]]);
    assert_eq!(same, "`small` and `big` cost the same at every load of this plan.");
    let none = told(&[[Some(1), Some(1)], [None, Some(1)], [None, None]]);
    let expected = "`small` is cheapest at 10/s; `big` is cheapest at 20/s; no machine meets the \
                    objectives at 30/s, with up to 4 replicas. It changes between 10/s and 20/s: \
                    at 10/s `small` costs 67 % less than `big`, at 20/s 4 of `small` are not \
                    enough. It changes between 20/s and 30/s: at 20/s 4 of `small` are not enough.";
    assert_eq!(none, expected);
    let nothing = told(&[[None, None], [None, None]]);
    let expected =
        "no machine meets the objectives at any load of this plan, with up to 4 replicas.";
    assert_eq!(nothing, expected);
}

#[test]
fn computed_loads_are_told_with_the_figures_that_tell_them_apart() {
    let mut table = plan(&[[Some(1), Some(1)], [Some(4), Some(1)], [None, None]]);
    table.loads = ["100/s", "333.333333333/s", "0.0123456789/s"].map(str::to_owned).to_vec();
    assert_eq!([0, 1, 2].map(|at| table.load(at)), ["100/s", "333.3/s", "0.01235/s"]);
    let text = plan_sentences(&table).join(" ");
    assert!(text.contains("at 333.3/s") && !text.contains("333.33"), "{text}");
    table.loads[0] = "333.3/s".to_owned();
    assert_eq!([0, 1].map(|at| table.load(at)), ["333.3/s", "333.333333333/s"]);
}

#[test]
fn one_replica_is_no_replicas() {
    let mut table = plan(&[[None, None]]);
    table.replicas = vec![1];
    let text = plan_sentences(&table).join(" ");
    assert!(text.contains("with up to 1 replica") && !text.contains("1 replicas"), "{text}");
}

#[test]
fn a_plan_is_met_if_some_machine_will_do_at_every_load() {
    assert!(plan(&[[None, Some(1)], [Some(4), None]]).is_met());
    assert!(!plan(&[[None, Some(1)], [None, None]]).is_met());
}

#[test]
fn what_is_not_shown_to_be_enough_is_told_as_that() {
    let mut table = plan(&[[None, Some(1)]]);
    let below = table.cells[0].below.as_mut().expect("four were run");
    below.slo = SloOutcome::Unclear;
    assert_eq!(table.cells[0].status(), "unclear");
    let text = plan_sentences(&table).concat();
    assert!(text.ends_with(" At 10/s 4 of `small` are not shown to be enough."), "{text}");
    table.cells[0].below.as_mut().expect("four were run").is_unstable = true;
    assert_eq!(table.cells[0].status(), "unstable");
}

#[test]
fn where_many_fail_at_what_is_cheapest_that_is_told() {
    let mut table = plan(&[[Some(1), Some(1)], [Some(1), Some(1)]]);
    let told = |table: &PlanTable| plan_sentences(table).concat();
    let mut success = |cell: usize, mean: f64| {
        let row = &mut table.cells[cell].enough.as_mut().expect("enough").row;
        row.metrics.get_mut("success_ratio").expect("a share").numbers[0] = Some(mean);
    };
    success(2, 0.327);
    success(1, 0.5);
    let end = " But of all requests 67.3 % fail at 20/s on `small`, and the objectives ask nothing \
               of those.";
    assert!(told(&table).ends_with(end), "{}", told(&table));
    for cell in &mut table.cells {
        cell.enough.as_mut().expect("enough").minds_failures = true;
    }
    let end = " fail at 20/s on `small`, which the objectives allow.";
    assert!(told(&table).ends_with(end), "{}", told(&table));
}

#[test]
fn that_no_machine_will_do_is_said_of_what_was_run_and_only_where_it_is_sure() {
    let mut table = plan(&[[None, None], [None, None]]);
    for cell in &mut table.cells {
        cell.looked_at = vec![1, 2, 4];
    }
    let told = |table: &PlanTable| plan_sentences(table).concat();
    let sure = "no machine meets the objectives at any load of this plan, with up to 4 replicas \
                (1, 2 and 4 were run).";
    assert_eq!(told(&table), sure);
    table.cells[3].below.as_mut().expect("four were run").slo = SloOutcome::Unclear;
    let unclear = sure.replace("meets", "is shown to meet");
    assert_eq!(told(&table), unclear);
    let mut because = |why| table.cells[3].below.as_mut().expect("run").unshown = Some(why);
    because(Unshown::NoInterval);
    let why = " There are intervals from 5 replications on, and nothing is shown without.";
    assert_eq!(told(&table), format!("{unclear}{why}"));
    let mut because = |why| table.cells[3].below.as_mut().expect("run").unshown = Some(why);
    because(Unshown::AllSucceed);
    let why = " That all requests succeed is never shown, however few fail.";
    assert_eq!(told(&table), format!("{unclear}{why}"));
}

#[test]
fn what_rests_on_few_data_is_told_with_the_loads() {
    let mut table = plan(&[[Some(1), Some(1)], [Some(1), Some(1)]]);
    let told = |table: &PlanTable| plan_sentences(table).concat();
    let mut few = |cell: usize| {
        let row = &mut table.cells[cell].enough.as_mut().expect("enough").row;
        row.metrics.get_mut("latency_p99").expect("p99").status = Status::FewData;
    };
    few(3);
    let start = "`small` is cheapest at every load of this plan (from few data at 20/s). At 10/s";
    assert!(told(&table).starts_with(start), "{}", told(&table));
    let mut few = |cell: usize| {
        let row = &mut table.cells[cell].enough.as_mut().expect("enough").row;
        row.metrics.get_mut("latency_p99").expect("p99").status = Status::FewData;
    };
    few(0);
    let start = "`small` is cheapest at every load of this plan (from few data). At 10/s";
    assert!(told(&table).starts_with(start), "{}", told(&table));
}

#[test]
fn the_value_has_the_manifest_the_rows_and_the_sentences() {
    let table = plan(&[[Some(2), Some(1)]]);
    let value = plan_json(&Provenance::default(), &table);
    assert_eq!(value["load"], "node.users.arrivals.poisson");
    assert_eq!((&value["runs"], &value["events"]), (&json!(7), &json!(9)));
    let row = &value["rows"][0];
    assert_eq!((&row["enough"]["replicas"], &row["below"]["replicas"]), (&json!(2), &json!(1)));
    assert_eq!(row["enough"]["metrics"]["latency_p99"]["mean"], 90.0);
    assert_eq!((&row["status"], &row["cheapest"]), (&json!("met"), &json!(true)));
    assert!(value["conclusion"][0].as_str().is_some_and(|it| it.contains("is cheapest")));
}
