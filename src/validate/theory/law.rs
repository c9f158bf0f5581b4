//! Laws: from the words of a case to the text of a scenario.

use super::case::Case;
use super::text::{exponential, span};

/// The law of the given mean in seconds that `words` name, such as `hyperexponential cv=3`. What
/// the words do not say is a parameter of the case.
pub(super) fn law(words: &str, mean: f64, case: &Case) -> Result<String, String> {
    let mut parts = words.split_whitespace();
    let name = parts.next().unwrap_or_default();
    let said: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
    let parameter = |key: &str| -> Result<f64, String> {
        match said.iter().find(|(other, _)| *other == key) {
            Some((_, text)) => text.parse().map_err(|_| format!("`{text}` is no number")),
            None => case.number(key),
        }
    };
    let with = |law: &str, keys: &[&str]| -> Result<String, String> {
        let mut text = format!("{{ {law} = {{ mean = {}", span(mean));
        for key in keys {
            text += &format!(", {key} = {}", parameter(key)?);
        }
        Ok(text + " } }")
    };
    let between = |law: &str, low: &str, high: &str, shape: &str| -> Result<String, String> {
        let (low, high) = (parameter(low)?, parameter(high)?);
        Ok(format!("{{ {law} = {{ min = {}, max = {}{shape} }} }}", span(low), span(high)))
    };
    match name {
        "deterministic" | "constant" => Ok(span(mean)),
        "exponential" => Ok(exponential(mean)),
        "lognormal" | "gamma" => with(name, &["cv"]),
        "hyperexponential" => with("hyperexp", &["cv"]),
        "erlang" => with("erlang", &["k"]),
        "weibull" | "pareto" => with(name, &["shape"]),
        "uniform" => between(name, "lo", "hi", ""),
        "bounded_pareto" => {
            between(name, "lo", "hi", &format!(", shape = {}", parameter("shape")?))
        }
        _ => Err(format!("no law is called `{name}`")),
    }
}

/// A law of the given mean in seconds and squared coefficient of variation.
pub(super) fn law_of_moments(mean: f64, scv: f64) -> String {
    if scv <= 0.0 {
        span(mean)
    } else if (scv - 1.0).abs() < 1e-12 {
        exponential(mean)
    } else {
        format!("{{ gamma = {{ mean = {}, cv = {} }} }}", span(mean), scv.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::theory::built_in;

    #[test]
    fn what_the_words_do_not_say_is_a_parameter_of_the_case() {
        let cases = built_in();
        let case = cases.iter().find(|case| case.number("k").is_ok()).expect("there is one");
        let k = case.number("k").expect("it has k");
        let own = law("erlang", 0.01, case).expect("a law");
        assert_eq!(own, format!("{{ erlang = {{ mean = \"10ms\", k = {k} }} }}"));
        let said = law("erlang k=7", 0.01, case).expect("a law");
        assert_eq!(said, "{ erlang = { mean = \"10ms\", k = 7 } }");
    }

    #[test]
    fn an_unknown_law_is_named() {
        let error = law("cauchy", 1.0, &built_in()[0]).expect_err("no such law");
        assert_eq!(error, "no law is called `cauchy`");
    }
}
