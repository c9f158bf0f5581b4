//! Results as a run would write them, in sizes and states that a plot must cope with.

use std::fmt::Write as _;

use super::Tables;

/// What a sample is like.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    variants: Vec<String>,
    /// Whether there are intervals at all; a result of one replication has none.
    intervals: bool,
    /// The unit of all latencies, in ms: variant n takes 1 + n / 2 times that, and `spread` to the
    /// power n.
    latency_ms: f64,
    spread: f64,
    /// The state of the last variant.
    last: &'static str,
    nodes: usize,
}

impl Sample {
    /// Two variants of a shop, with everything in order.
    pub(super) fn usual() -> Self {
        Self {
            variants: ["scale-up", "scale-out"].map(str::to_owned).to_vec(),
            intervals: true,
            latency_ms: 24.0,
            spread: 1.0,
            last: "ok",
            nodes: 5,
        }
    }

    /// One variant, one replication: no interval anywhere.
    pub(super) fn single() -> Self {
        let variants = vec!["base".to_owned()];
        Self { variants, intervals: false, nodes: 2, ..Self::usual() }
    }

    /// Eight variants with long names that differ in the middle, the last of them unstable.
    pub(super) fn crowd() -> Self {
        let name =
            |n| format!("edge-cache-and-jwt-with-{n}-replicas-behind-haproxy <\"&'> & friends");
        let variants = (1..=8).map(name).collect();
        Self { variants, last: "unstable", nodes: 30, ..Self::usual() }
    }

    /// Three variants, decades apart, the last with few data; zeros among the latencies.
    pub(super) fn wide() -> Self {
        let variants = ["warm cache", "cold cache", "no cache"].map(str::to_owned).to_vec();
        Self { variants, latency_ms: 0.02, spread: 900.0, last: "few-data", ..Self::usual() }
    }

    /// All tables of a result.
    pub(super) fn tables(&self) -> Tables {
        let mut tables = Tables::new();
        for (name, text) in self.texts() {
            tables.insert(name, &text).expect(name);
        }
        tables
    }

    /// The files' texts by the tables' names.
    pub(super) fn texts(&self) -> [(&'static str, String); 10] {
        [
            ("summary", self.summary()),
            ("nodes", self.nodes()),
            ("latency", self.latency()),
            ("breakdown", self.breakdown()),
            ("timeline", self.timeline()),
            ("comparison", self.comparison()),
            ("sweep", self.sweeps()),
            ("probes", self.probes()),
            ("cache", self.caches()),
            ("plan", self.plan()),
        ]
    }

    /// A policy for each variant, at sizes of two units.
    fn caches(&self) -> String {
        let mut text = String::from("policy,capacity,unit,miss_ratio,byte_miss_ratio\n");
        for (index, policy) in self.variants.iter().enumerate() {
            for (size, unit) in [(100, "objects"), (10_000, "objects"), (1 << 20, "bytes")] {
                let ratio = 0.9 / (1.0 + index as f64) - f64::from(size) / 1e7;
                text.push_str(&format!("\"{policy}\",{size},{unit},{ratio},{}\n", ratio / 2.0));
            }
        }
        text
    }

    /// Two machines for each variant, of which the second does not do at the highest load.
    fn plan(&self) -> String {
        let mut text = String::from("variant,load,machine,replicas,cost_per_hour,cheapest\n");
        for (_, name, ..) in self.each() {
            for (step, load) in [100, 200, 400, 800].into_iter().enumerate() {
                let cost = 0.1 * (step + 1) as f64;
                text.push_str(&format!("{name},{load}/s,small,{},{cost},yes\n", step + 1));
                let big = if step < 3 { "1,0.35,no" } else { ",,no" };
                text.push_str(&format!("{name},{load}/s,big,{big}\n"));
            }
        }
        text
    }

    fn each(&self) -> impl Iterator<Item = (usize, String, f64, &'static str)> {
        let last = self.variants.len() - 1;
        self.variants.iter().enumerate().map(move |(n, name)| {
            let quoted = format!("\"{}\"", name.replace('"', "\"\""));
            let power = (0..n).fold(1.0, |power, _| power * self.spread);
            let unit = self.latency_ms * (1.0 + n as f64 / 2.0) * power;
            (n, quoted, unit, if n == last { self.last } else { "ok" })
        })
    }

    /// Mean and interval as three cells.
    fn cells(&self, mean: f64, half: f64) -> String {
        match self.intervals {
            true => format!("{mean},{},{}", mean - half, mean + half),
            false => format!("{mean},,"),
        }
    }

    fn summary(&self) -> String {
        let mut text = "variant,metric,unit,mean,ci_low,ci_high,replications,status\n".to_owned();
        for (n, name, unit, status) in self.each() {
            for (metric, factor) in
                [("mean", 1.0), ("p50", 0.7), ("p90", 2.3), ("p95", 3.0), ("p99", 4.6)]
            {
                let cells = self.cells(unit * factor, unit * factor * factor * 0.03);
                writeln!(text, "{name},latency_{metric},ms,{cells},10,{status}").unwrap();
            }
            if n % 2 == 0 {
                let cells = self.cells(unit * 6.9, unit * 1.5);
                writeln!(text, "{name},latency_p999,ms,{cells},10,few-data").unwrap();
            } else {
                writeln!(text, "{name},latency_p999,ms,,,,10,insufficient").unwrap();
            }
            let cells = self.cells(598.0 - n as f64, 1.5);
            writeln!(text, "{name},throughput,1/s,{cells},10,{status}").unwrap();
            let cost = self.cells(0.384 + 0.1 * (n / 2) as f64, 0.0);
            writeln!(text, "{name},cost_per_hour,USD,{cost},10,ok").unwrap();
            writeln!(text, "{name},slo_latency_p99,ms,150,,,10,ok").unwrap();
            for (metric, mean) in [("store_lookups", 20.0), ("identity_cores", 0.03)] {
                let cells = self.cells(mean / (1.0 + n as f64), mean * 0.02);
                writeln!(text, "{name},{metric},,{cells},10,{status}").unwrap();
            }
        }
        text
    }

    fn nodes(&self) -> String {
        let mut text =
            "variant,node,replica,class,metric,unit,mean,ci_low,ci_high,status\n".to_owned();
        for (n, name, _, status) in self.each() {
            for node in 0..self.nodes {
                let busy = 0.95 / (1.0 + 0.2 * ((node * 7 + n * 3) % 11) as f64);
                let cells = self.cells(busy, 0.02);
                let kind = ["app", "db", "edge", "sessions", "auth"][node % 5];
                let row = format!("{name},{kind}-{node}");
                writeln!(text, "{row},,,utilisation,,{cells},{status}").unwrap();
                writeln!(text, "{row},1,,utilisation,,0.123,,,ok").unwrap();
                if node % 5 == 2 {
                    writeln!(text, "{row},,,hit_ratio,,{cells},{status}").unwrap();
                }
            }
        }
        text
    }

    fn latency(&self) -> String {
        let mut text =
            "variant,client,endpoint,quantile,value_ms,ci_low,ci_high,status\n".to_owned();
        for (n, name, unit, status) in self.each() {
            for quantile in quantiles() {
                let zero = self.spread > 1.0 && n == 0 && quantile < 0.3;
                let base = if zero { 0.0 } else { 0.35 };
                let value =
                    unit * (base - libm::log(1.0 - quantile) * if zero { 0.0 } else { 1.0 });
                let tail = quantile / (1.0 - quantile);
                let cells = self.cells(value, value * 0.004 * tail.sqrt());
                let status = match quantile {
                    tail if tail > 0.9995 && n % 2 == 1 => "insufficient",
                    tail if tail > 0.999 => "few-data",
                    _ => status,
                };
                let cells = if status == "insufficient" { ",,".to_owned() } else { cells };
                writeln!(text, "{name},*,*,{quantile},{cells},{status}").unwrap();
                writeln!(text, "{name},shoppers,*,{quantile},1,,,ok").unwrap();
            }
        }
        text
    }

    fn breakdown(&self) -> String {
        let mut text = "variant,endpoint,band,part,mean_ms\n".to_owned();
        let parts = [
            ("network", 0.2, 0.22),
            ("connect", 0.03, 0.1),
            ("tls", 0.02, 0.06),
            ("queue", 0.2, 2.4),
            ("service", 0.35, 1.2),
            ("auth", 0.06, 0.1),
            ("downstream", 0.1, 0.4),
            ("backoff", 0.0, 0.2),
        ];
        for (_, name, unit, _) in self.each().filter(|(.., status)| *status != "unstable") {
            for (part, all, slow) in parts {
                writeln!(text, "{name},*,all,{part},{}", all * unit).unwrap();
                writeln!(text, "{name},*,p99+,{part},{}", slow * unit).unwrap();
                writeln!(text, "{name},product,all,{part},1").unwrap();
            }
        }
        text
    }

    fn timeline(&self) -> String {
        let mut text = "variant,t_s,node,metric,mean,ci_low,ci_high\n".to_owned();
        for (n, name, unit, status) in self.each() {
            let steps = if self.intervals { 120 } else { 600 };
            for step in 0..steps {
                let t = f64::from(step) * 600.0 / f64::from(steps);
                let wave = libm::sin(f64::from(step * 37 + n as i32 * 11)) * 0.06;
                let start = 1.0 - libm::exp(-t / 40.0);
                let growth = if status == "unstable" { t / 60.0 } else { 1.0 };
                let outage = self.intervals && (300.0..330.0).contains(&t) && n == 0;
                let load = 600.0 * start * (1.0 + wave) / if outage { 6.0 } else { 1.0 };
                let row = format!("{name},{t},*");
                writeln!(text, "{row},goodput,{}", self.cells(load, 14.0)).unwrap();
                let inside = 0.6 * unit * start * growth * (1.0 + 2.0 * wave);
                let cells = self.cells(inside, inside * 0.1);
                writeln!(text, "{row},in_system,{cells}").unwrap();
                let latency = unit * (0.8 + 0.2 * start) * growth * (1.0 + wave);
                let cells =
                    if outage { ",,".to_owned() } else { self.cells(latency, latency * 0.05) };
                writeln!(text, "{row},latency_mean,{cells}").unwrap();
                writeln!(text, "{name},{t},app,utilisation,0.5,,").unwrap();
            }
        }
        text
    }

    fn comparison(&self) -> String {
        let mut text = "metric,baseline,variant,difference,ci_low,ci_high,ratio,ratio_low,\
                        ratio_high,significant\n"
            .to_owned();
        let baseline = &self.variants[0];
        let baseline = format!("\"{}\"", baseline.replace('"', "\"\""));
        for (n, name, unit, status) in self.each().skip(1) {
            for (place, metric) in
                ["latency_mean", "latency_p99", "throughput", "cost_per_hour"].iter().enumerate()
            {
                let ratio = if place < 2 { unit / self.latency_ms } else { 1.0 + 0.02 * n as f64 };
                let ratio = if place == 1 { 1.0 / ratio } else { ratio };
                let cells = match (*metric, status) {
                    (_, "unstable") => ",,".to_owned(),
                    ("cost_per_hour", _) => format!("{ratio},,"),
                    _ => self.cells(ratio, ratio * 0.04),
                };
                let significant = (ratio - 1.0).abs() > 0.04;
                writeln!(text, "{metric},{baseline},{name},1,0,2,{cells},{significant}").unwrap();
            }
        }
        text
    }

    fn sweeps(&self) -> String {
        let metrics = ["latency_mean", "latency_p99", "goodput"];
        let columns: Vec<String> =
            metrics.iter().map(|m| format!("{m},{m}_low,{m}_high")).collect();
        let keys = "node.shoppers.arrivals.poisson,node.balancer.algorithm,node.app.replicas";
        let mut text = format!("point,sweep,variant,{keys},{},status\n", columns.join(","));
        for (n, name, unit, _) in self.each() {
            for (point, load) in [200.0, 400.0, 600.0, 800.0, 1000.0].into_iter().enumerate() {
                let busy = load / (1250.0 - 110.0 * n as f64);
                let row = format!("{point},load,{name},{load}/s,,");
                self.point(&mut text, &row, unit, (busy, load));
            }
            for (point, balancer) in
                ["round-robin", "least-connections", "power-of-two"].iter().enumerate()
            {
                let row = format!("{point},balancing,{name},,{balancer},");
                self.point(&mut text, &row, unit, (0.8 - 0.1 * point as f64, 500.0));
            }
            for replicas in [1.0, 2.0, 4.0, 8.0] {
                for load in [200.0, 400.0, 800.0, 1600.0] {
                    let busy = load / (260.0 * replicas * (1.0 - 0.05 * n as f64));
                    let row = format!("0,grid,{name},{load}/s,,{replicas}");
                    self.point(&mut text, &row, unit, (busy, load));
                }
            }
            for replicas in [1.0, 2.0, 4.0, 8.0, 16.0] {
                let row = format!("0,replicas,{name},,,{replicas}");
                self.point(&mut text, &row, unit, (0.95 / replicas, 600.0));
            }
            let row = format!("0,alone,{name},,,4");
            self.point(&mut text, &row, unit, (0.5, 600.0));
        }
        text
    }

    fn point(&self, text: &mut String, row: &str, unit: f64, (busy, load): (f64, f64)) {
        if busy >= 1.0 {
            writeln!(text, "{row},,,,,,,,,,unstable").unwrap();
            return;
        }
        let mean = unit / (1.0 - busy);
        let (mean_cells, tail) = (self.cells(mean, mean * 0.06), self.cells(mean * 4.6, mean));
        let load = self.cells(load, load * 0.01);
        let status = if busy > 0.9 { "few-data" } else { "ok" };
        writeln!(text, "{row},{mean_cells},{tail},{load},{status}").unwrap();
    }

    fn probes(&self) -> String {
        let mut text = "variant,probe,t_s,mean,ci_low,ci_high\n".to_owned();
        for (n, name, ..) in self.each() {
            let cells = self.cells(4.0 + n as f64, 0.5);
            writeln!(text, "{name},after-crash,5,{cells}").unwrap();
            for step in 0..12 {
                let cells = self.cells(3.0 + f64::from(step % 5) + n as f64, 0.4);
                writeln!(text, "{name},minute,{},{cells}", step * 5).unwrap();
            }
        }
        text
    }
}

/// The quantiles that a result lists: closer towards the tail.
fn quantiles() -> impl Iterator<Item = f64> {
    let body = (1..100).map(|n| f64::from(n) / 100.0);
    body.chain((1..10).map(|n| 0.99 + f64::from(n) / 1e3))
        .chain((1..10).map(|n| 0.999 + f64::from(n) / 1e4))
}
