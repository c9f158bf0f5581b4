//! Whatever bytes are given as a trace are refused with a place, or read whole: with rows, whose
//! objects, sessions and paths can be looked up.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lindley::time::Span;
use lindley::trace::Trace;

fuzz_target!(|bytes: &[u8]| match Trace::read(bytes) {
    Ok(trace) => {
        assert!(!trace.rows().is_empty());
        assert!(trace.mean_rate(Span(1_000_000_000)) >= 0.0);
        for user in 0..trace.user_count().min(100) {
            let user = u32::try_from(user).expect("at most 100");
            for (n, _) in trace.rows_of(user).enumerate().take(100) {
                let n = u32::try_from(n).expect("at most 100");
                assert!(trace.row_number(user, n).is_some());
            }
        }
    }
    Err(error) => assert!(error.line > 0 && error.column > 0, "{error}"),
});
