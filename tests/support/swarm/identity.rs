//! Who asks in random scenarios: people who log in and out, and what proves who they are.

use super::Draft;

impl Draft {
    /// People on visits, and `[auth]`, where one node sees whatever they ask for.
    pub(super) fn identity(&mut self, front: &str) {
        if self.is_balanced || !self.wild(80) {
            return;
        }
        let scheme = self.dice.pick(&["session", "session", "jwt", "jwt", "credentials"]);
        self.line("[auth]\nat = 'app0'\nissuer = 'app0'\nlogin = 'login'");
        self.line(&format!("scheme = '{scheme}'"));
        self.maybe(70, |_| "logout = 'logout'".to_owned());
        self.maybe(20, |_| "everywhere = true".to_owned());
        let renews = scheme == "jwt" && self.dice.chance(60);
        if renews {
            self.line("refresh = 'renew'");
        }
        self.password();
        match scheme {
            "session" => self.session(),
            "jwt" => self.token(renews),
            _ => {}
        }
        self.thefts(renews);
        for name in ["login", "logout", "renew"] {
            self.line(&format!("[endpoint.{name}]"));
        }
        self.people(front);
    }

    fn password(&mut self) {
        let time = self.law(3_000);
        self.line(&format!("[auth.password]\ntime = {time}"));
        self.maybe(50, |_| "memory = '512MiB'".to_owned());
        self.maybe(30, |_| "wrong = 0.1".to_owned());
        self.maybe(30, |it| format!("pool = {}", it.dice.between(1, 2)));
        self.maybe(20, |it| {
            let after = it.dice.pick(&["", "\nlimit_after = true"]);
            format!("limit = {{ rate = '20/s', burst = 3, key = 'all' }}{after}")
        });
    }

    fn session(&mut self) {
        self.line("[auth.session]");
        if self.backs.contains(&"store") && self.dice.chance(70) {
            self.line("store = 'store'");
            self.maybe(30, |it| format!("capacity = {}", it.dice.between(1, 9)));
            self.maybe(40, |_| "stale = '15ms'".to_owned());
        } else {
            let keep = self.dice.pick(&["local", "replicated"]);
            self.line(&format!("keep = '{keep}'"));
            self.maybe(70, |_| "memory = '256MiB'".to_owned());
        }
        self.maybe(70, |it| {
            let idle = it.dice.between(20, 300);
            let absolute = it.dice.pick(&["", "\nabsolute = '300ms'", "\nabsolute = '700ms'"]);
            format!("idle = '{idle}ms'{absolute}")
        });
        self.maybe(50, |_| "write_every = '10ms'".to_owned());
        self.maybe(30, |_| "renew_at_login = false".to_owned());
        self.maybe(30, |_| "cart = true".to_owned());
    }

    fn token(&mut self, renews: bool) {
        let algorithm = self.dice.pick(&["HS256", "RS256", "ES256", "EdDSA"]);
        let lifetime = self.dice.between(30, 400);
        self.line(&format!("[auth.jwt]\nalgorithm = '{algorithm}'\nlifetime = '{lifetime}ms'"));
        self.maybe(30, |_| "leeway = '20ms'".to_owned());
        self.maybe(30, |it| {
            let overlap = it.dice.pick(&["", ", overlap = '0s'", ", overlap = '100ms'"]);
            format!("keys = {{ rotate = '{}ms'{overlap} }}", it.dice.between(200, 900))
        });
        let has_store = self.backs.contains(&"store");
        self.maybe(40, |it| match it.dice.below(2) {
            0 if has_store => "deny_list = { store = 'store' }".to_owned(),
            _ => "deny_list = { check = 'pushed', lag = '30ms' }".to_owned(),
        });
        if renews {
            let rotation = self.dice.chance(50);
            self.line(&format!("[auth.jwt.refresh]\nlifetime = '600ms'\nrotation = {rotation}"));
            self.maybe(30, |_| "record = false".to_owned());
            self.maybe(40, |_| "grace = '20ms'".to_owned());
            self.maybe(40, |_| "margin = '10ms'\njitter = '5ms'".to_owned());
            self.maybe(40, |_| "background = true".to_owned());
        }
    }

    fn thefts(&mut self, renews: bool) {
        if !self.dice.chance(60) {
            return;
        }
        self.line("[auth.theft]\nprobability = 0.5");
        if renews {
            self.maybe(60, |_| "what = 'refresh'".to_owned());
        }
        self.maybe(60, |it| format!("after = {}", it.law(40_000)));
        self.maybe(70, |it| format!("uses = {}", it.law(30_000)));
        self.maybe(40, |it| format!("discovered = {}", it.law(200_000)));
        self.maybe(30, |_| "fixation = 0.3".to_owned());
    }

    /// People who come, look at some pages and go.
    fn people(&mut self, front: &str) {
        let think = self.law(40_000);
        self.line("[page.any]\nendpoint = 'page0'\n[visit.short]\npages = { any = 1 }");
        self.line(&format!("think = {think}"));
        match self.dice.below(2) {
            0 => self.line("length = { geometric = { mean = 4 } }"),
            _ => self.line("stay = { exp = '200ms' }"),
        }
        self.maybe(40, |_| "login = 0.8".to_owned());
        self.maybe(60, |_| "logout = 0.5".to_owned());
        self.maybe(30, |it| format!("devices = {}", it.dice.between(2, 3)));
        let rate = self.dice.between(5, 80);
        self.line("[node.people]\nkind = 'client'");
        let visits =
            format!("arrivals = {{ visits = {{ poisson = '{rate}/s' }}, visit = 'short' }}");
        self.line(&visits);
        self.patience();
        self.maybe_wild(40, Self::retry);
        self.link("people", front);
    }
}
