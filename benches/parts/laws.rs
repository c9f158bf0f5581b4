//! Samples of the laws that scenarios write, keyed as demands are and from a stream; and those of
//! `rand_distr` from the same stream, beside them.

use lindley::dist::{Dist, Law};
use lindley::rng::{Key, Purpose};
use lindley::time::Span;
use rand_distr::{Distribution, Exp, Gamma, LogNormal, Pareto, Weibull};
use serde::Deserialize;

use crate::timing::{cost, head, show};

const SAMPLES: u64 = 500_000;

const LAWS: [&str; 9] = [
    r#"{ exp = "5ms" }"#,
    r#"{ lognormal = { mean = "8ms", cv = 1.0 } }"#,
    r#"{ uniform = ["1ms", "2ms"] }"#,
    r#"{ erlang = { mean = "5ms", k = 4 } }"#,
    r#"{ hyperexp = { mean = "5ms", cv = 2.0 } }"#,
    r#"{ gamma = { mean = "5ms", cv = 0.7 } }"#,
    r#"{ weibull = { mean = "5ms", shape = 0.7 } }"#,
    r#"{ pareto = { mean = "5ms", shape = 2.5 } }"#,
    r#"{ bounded_pareto = { min = "1ms", max = "1s", shape = 1.5 } }"#,
];

#[derive(Deserialize)]
struct Written {
    law: Dist<Span>,
}

fn law(text: &str) -> Law {
    let written: Result<Written, _> = toml::from_str(&format!("law = {text}"));
    let written = written.unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut files = |path: &str| Err(format!("{path} is not to be read"));
    written.law.law(&mut files).unwrap_or_else(|said| panic!("{text}: {said}"))
}

fn streamed(name: &str, law: &impl Distribution<f64>) {
    let mut stream = Key::root(1, 0).stream("app", "samples");
    show(name, cost(SAMPLES, || (0..SAMPLES).fold(0.0, |sum, _| sum + law.sample(&mut stream))));
}

/// All laws.
pub fn all() {
    head("laws: a sample");
    let purpose = Purpose::named("demand");
    for text in LAWS {
        let law = law(text);
        let word = text.split_whitespace().nth(1).unwrap_or_default();
        let keyed = cost(SAMPLES, || {
            (0..SAMPLES).fold(0.0, |sum, n| sum + law.sample(&mut Key(n).draws(purpose)))
        });
        show(&format!("{word}, keyed"), keyed);
        streamed(&format!("{word}, streamed"), &law);
    }
    streamed("rand_distr: exp", &Exp::new(2e-7).expect("sound"));
    streamed("rand_distr: lognormal", &LogNormal::new(15.5, 0.83).expect("sound"));
    streamed("rand_distr: gamma", &Gamma::new(2.0, 2.5e6).expect("sound"));
    streamed("rand_distr: weibull", &Weibull::new(4e6, 0.7).expect("sound"));
    streamed("rand_distr: pareto", &Pareto::new(3e6, 2.5).expect("sound"));
}
