//! What a process that stands still does, whatever its work costs: nothing, until it goes on.

mod support;

use support::{graph, latencies, requests};

/// Requests each 450 ms through `middle`, 1 ms away, to a server 10 ms behind it that takes 100 ms;
/// the process in the middle hangs from 1 s to 3 s.
fn through(middle: &str) -> Vec<u64> {
    let text = format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '3.6s'\n\
         [endpoint.page]\npath = '/page'\nresponse = {{ cache_control = 'max-age=60' }}\n\
         work = [{{ wait = '100ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '450ms' }}\n\
         mix = {{ page = 1 }}\n[node.middle]\ncores = 1\n{middle}\n\
         [node.app]\nkind = 'server'\n\
         [link.users.middle]\nlatency = '1ms'\n[link.middle.app]\nlatency = '10ms'\n\
         [fault.f]\nkind = 'hang'\nnode = 'middle'\nat = '1s'\nfor = '2s'\n"
    );
    let mut ended = requests(&graph(&text));
    ended.sort_by_key(|it| it.started);
    latencies(&ended)
}

#[test]
fn a_process_that_hangs_holds_all_that_comes_whether_it_wants_a_core_or_not() {
    // Asked for at 0.45, 0.9, 1.35 s and so on. The answer to the second is at the node at 1.011 s
    // and is given on at 3 s; those of 1.35 to 2.7 s are handed on then.
    let held = [122, 2_101, 1_771, 1_321, 871, 421, 122];
    for middle in [
        "kind = 'reverse-proxy'",
        "kind = 'forward-proxy'",
        "kind = 'load-balancer'\nalgorithm = 'round-robin'",
    ] {
        assert_eq!(through(middle), held, "{middle}");
    }
    // With a core's work it is the same, but for that.
    let works = through("kind = 'reverse-proxy'\ncpu = '1us'");
    assert!(works.iter().zip(held).all(|(it, held)| it.abs_diff(held) < 2), "{works:?}");
}

#[test]
fn a_cache_that_hangs_gives_nothing_of_what_it_has() {
    let held = [122, 2, 1_651, 1_201, 751, 301, 2];
    assert_eq!(through("kind = 'reverse-proxy'\ncache = { capacity = '1MiB' }"), held);
}

#[test]
fn a_server_that_hangs_calls_nobody_and_begins_no_wait() {
    let text = |work: &str| {
        format!(
            "study = 'terminating'\nuntil = 'drained'\nduration = '1.5s'\n\
             [endpoint.page]\nwork = [{work}]\n[endpoint.look]\nwork = [{{ wait = '100ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '1s' }}\n\
             mix = {{ page = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n\
             [node.store]\nkind = 'server'\n[link.users.app]\n[link.app.store]\n\
             [fault.f]\nkind = 'hang'\nnode = 'app'\nat = '0.5s'\nfor = '2s'\n"
        )
    };
    for work in ["{ call = 'store', endpoint = 'look' }", "{ wait = '100ms' }"] {
        assert_eq!(latencies(&requests(&graph(&text(work)))), [1_600], "{work}");
    }
}
