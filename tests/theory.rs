//! The program against queueing theory: the quick part of `lindley validate`.

use std::collections::BTreeSet;

use lindley::validate::Judged;
use lindley::validate::theory::{CaseReport, Options, built_in, run};

#[test]
fn every_group_of_cases_agrees_with_theory_or_is_named_with_what_it_waits_for() {
    let cases = built_in();
    let options = Options { quick: true, case: None };
    let report = run(&cases, &options, &()).expect("nobody stops it");
    let missed: Vec<&CaseReport> = report.cases.iter().filter(|case| !case.passes()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(report.cases.iter().all(|case| !case.rows.is_empty()));
    let run = report.cases.iter().map(|case| case.group.as_str());
    let told: BTreeSet<&str> =
        run.chain(report.waiting.iter().map(|case| case.group.as_str())).collect();
    assert_eq!(told, cases.iter().map(|case| case.group.as_str()).collect());
}
