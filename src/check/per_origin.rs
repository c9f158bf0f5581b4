//! Limits of connections of each user over protocols that carry many requests on each of them.

use super::ineffective::warning;
use crate::model::{Model, Protocol};
use crate::scenario::Diagnostics;

/// Adds the warnings.
pub(super) fn per_origin(model: &Model, diagnostics: &mut Diagnostics) {
    for ((from, to), link) in &model.links {
        let spec = &link.spec.connection;
        let several = spec.per_origin.filter(|most| *most > 1);
        let (Some(most), false) = (several, spec.protocol == Protocol::H1) else { continue };
        let message = format!(
            "`per_origin = {most}` on the link from `{from}` to `{to}` limits next to nothing: one \
             connection carries the requests of a user side by side"
        );
        let help = "browsers open six connections over h1, and one over h2 and h3";
        diagnostics.push(warning(link.at("connection.per_origin"), message, help));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(connection: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\nusers = 5\n\
             think = '1s'\nmix = {{ p = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n\
             [link.u.app]\nconnection = {{ mode = 'pool', {connection} }}\n"
        ))
        .2
    }

    #[test]
    fn six_connections_that_carry_many_requests_each_are_told() {
        let found = warnings("protocol = 'h2', per_origin = 6");
        let said = "`per_origin = 6` on the link from `u` to `app` limits next to nothing";
        assert!(found.contains(said), "{found}");
        for plain in ["per_origin = 6", "protocol = 'h2', per_origin = 1", "protocol = 'h2'"] {
            assert!(!warnings(plain).contains("next to nothing"), "{plain}");
        }
    }
}
