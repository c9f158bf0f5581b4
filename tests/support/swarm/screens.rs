//! What proxies let pass in random scenarios, and who comes to do harm.

use super::Draft;

impl Draft {
    /// What a proxy of this kind lets pass, and what it makes of it.
    pub(super) fn screens(&mut self, kind: &str) {
        if kind == "forward-proxy" {
            self.maybe_wild(60, |it| {
                format!("https = '{}'", it.dice.pick(&["tunnel", "tunnel", "intercept"]))
            });
            self.maybe_wild(30, |it| {
                let end = it.dice.below(3);
                let during = format!("during = ['00:00', '00:00:0{end}']");
                format!("access = [{{ rule = 'deny', paths = ['/'], {during} }}]")
            });
            self.maybe_wild(30, |_| "url_list = { knows = 0.5 }".to_owned());
            self.maybe_wild(40, |it| {
                let cost = it.dice.between(1, 50);
                format!("scan = {{ cpu_per_kib = '{cost}us', false_positives = 0.1 }}")
            });
            return;
        }
        self.maybe_wild(40, |it| {
            let cost = it.law(300);
            let catches = "catches = { sql-injection = 0.5 }, false_positives = 0.05";
            format!("waf = {{ {catches}, cost = {cost} }}")
        });
        self.maybe_wild(40, |it| {
            let cost = it.dice.between(1, 50);
            format!("compress = {{ cpu_per_kib = '{cost}us', ratio = 0.3, min_size = '2KiB' }}")
        });
        self.maybe_wild(25, |_| "connection_limit = { rate = '50/s', burst = 5 }".to_owned());
    }

    /// What else an endpoint is.
    pub(super) fn sealed(&mut self, page: u64) {
        self.maybe_wild(50, |_| format!("origin = 'https://{page}.example'"));
        self.maybe_wild(30, |_| "infected = 0.2".to_owned());
        if self.wild(30) {
            self.line("query = { rows = 300, row_size = '100B' }");
            let filter = "input_filter = { catches = 0.5, false_positives = 0.05, cost = '50us' }";
            let defences = [filter, "privileges = 10", "prepared = true"];
            self.maybe(50, |it| format!("defences = {{ {} }}", it.dice.pick(&defences)));
        }
    }

    /// Somebody who comes to do harm.
    pub(super) fn attacker(&mut self, front: &str) {
        if !self.wild(40) {
            return;
        }
        let rate = self.dice.between(20, 300);
        let attack = self.dice.pick(&["sql-injection", "flood"]);
        self.line("[node.mallory]\nkind = 'attacker'");
        self.line(&format!("attack = '{attack}'\narrivals = {{ regular = '{rate}/s' }}"));
        self.line("mix = { page0 = 1 }");
        self.maybe(50, |_| "addresses = { count = 1 }".to_owned());
        self.link("mallory", front);
    }
}
