//! The program against queueing theory: the quick subset of `lindley validate`.

use lindley::validate::theory::{Options, built_in, run};

#[test]
fn every_case_that_is_run_agrees_with_theory() {
    let cases = built_in();
    let options = Options { quick: true, case: None };
    let report = run(&cases, &options, &()).expect("nobody stops it");
    assert!(report.passes(), "{report}");
}
