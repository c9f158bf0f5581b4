//! How many requests fail where objectives are met, as a clause: latencies are those of successes.

/// A share of failures above this is told.
const FAILING: f64 = 0.01;
/// So many places are each told with their failures.
const EACH: usize = 4;

/// What is said of the shares of requests that fail at places where objectives, called `whose`, are
/// met; nothing if few fail. `are_minded` says whether one of them is about failures.
#[must_use]
pub fn failures(places: &[(String, Option<f64>)], whose: &str, are_minded: bool) -> Option<String> {
    let many = places.iter().filter_map(|(place, share)| {
        share.filter(|share| *share > FAILING).map(|share| (place, share))
    });
    let failing: Vec<(&String, f64)> = many.collect();
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let text = match failing.len() {
        0 => return None,
        1..=EACH => {
            let each =
                failing.iter().map(|(place, it)| format!("{} fail at {place}", percent(*it)));
            each.collect::<Vec<_>>().join(", ")
        }
        count => {
            let most = failing.iter().fold(0.0, |most: f64, (_, it)| most.max(*it));
            format!("up to {} fail at {count} of these values", percent(most))
        }
    };
    let (ask, allow) = if whose.ends_with('s') { ("ask", "allow") } else { ("asks", "allows") };
    Some(if are_minded {
        format!("of all requests {text}, which {whose} {allow}")
    } else {
        format!("of all requests {text}, and {whose} {ask} nothing of those")
    })
}
