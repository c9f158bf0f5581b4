//! What goes wrong in random scenarios: every kind of fault, once or again and again.

use super::Draft;

impl Draft {
    pub(super) fn faults(&mut self) {
        if !self.wild(60) {
            return;
        }
        for number in 0..self.dice.between(1, 4) {
            let is_of_node = self.dice.chance(70);
            self.line(&format!("[fault.f{number}]"));
            if is_of_node {
                self.fault_of_node();
            } else {
                self.fault_of_link();
            }
            self.times();
        }
    }

    fn fault_of_node(&mut self) {
        let place = self.dice.below(self.machines.len() as u64);
        let machine = self.machines[usize::try_from(place).expect("an index")].clone();
        let kinds = ["crash", "crash", "hang", "refuse", "black-hole", "slow"];
        let mut kind = self.dice.pick(&kinds);
        if kind == "hang" && !machine.can_hang {
            kind = "crash";
        }
        self.line(&format!("kind = '{kind}'\nnode = '{}'", machine.name));
        if self.dice.chance(50) {
            let replica = self.dice.between(1, machine.replicas);
            self.line(&format!("replica = {replica}"));
        }
        if kind == "slow" {
            self.factor();
        }
    }

    fn fault_of_link(&mut self) {
        let place = self.dice.below(self.links.len() as u64);
        let link = self.links[usize::try_from(place).expect("an index")].clone();
        let kind = self.dice.pick(&["slow", "lossy", "partition"]);
        self.line(&format!("kind = '{kind}'\nlink = '{link}'"));
        match kind {
            "slow" => self.factor(),
            "lossy" => self.line("loss = 0.4"),
            _ => {}
        }
    }

    fn factor(&mut self) {
        let factor = self.dice.pick(&["0.5", "3", "20"]);
        self.line(&format!("factor = {factor}"));
    }

    /// Everything ends, so that what is drained can end too.
    fn times(&mut self) {
        let (well, ill) = (self.law(300_000), self.law(100_000));
        if self.dice.chance(50) {
            let at = self.law(600_000);
            self.line(&format!("at = {at}\nfor = {ill}"));
        } else {
            // Never at once again: time has to go on.
            self.line(&format!(
                "mtbf = {{ uniform = {{ min = '5ms', max = '500ms' }} }}\nmttr = {well}"
            ));
            self.maybe(40, |_| "crews = 1".to_owned());
        }
    }
}
