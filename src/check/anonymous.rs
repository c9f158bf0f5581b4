//! Visitors who are said to log in or out where nobody asks who they are.

use super::ineffective::warning;
use crate::auth::Scheme;
use crate::model::Model;
use crate::people::VisitSpec;
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn anonymous(model: &Model, found: &mut Vec<Diagnostic>) {
    if model.auth.as_ref().is_some_and(|auth| auth.spec.scheme != Scheme::None) {
        return;
    }
    let usual = VisitSpec::default().login;
    for (name, visit) in &model.visits {
        let written =
            [("login", visit.spec.login != usual), ("logout", visit.spec.logout.is_some())];
        for (key, _) in written.into_iter().filter(|(_, is_written)| *is_written) {
            let message =
                format!("`{key}` of visit `{name}` does nothing: nobody is asked to log in");
            let help = "who somebody is, is asked with a table `[auth]` and its `scheme`";
            found.push(warning(visit.at(key), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(visit: &str, auth: &str) -> String {
        checked(&format!(
            "{auth}\n[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[endpoint.login]\npath = '/l'\n\
             [page.p]\nendpoint = 'p'\n[visit.v]\npages = {{ p = 1 }}\nlength = 3\n{visit}\n\
             [node.u]\nkind = 'client'\narrivals = {{ visits = {{ poisson = '1/s' }}, \
             visit = 'v' }}\n[node.app]\nkind = 'server'\ncores = 1\n[link.u.app]\n"
        ))
        .2
    }

    #[test]
    fn a_log_in_without_a_scheme_is_told() {
        let found = warnings("login = 0.3\nlogout = 0.1", "");
        for key in ["login", "logout"] {
            assert!(found.contains(&format!("`{key}` of visit `v` does nothing")), "{found}");
        }
        assert!(!warnings("", "").contains("does nothing"));
        let auth = "[auth]\nscheme = 'session'\nat = 'app'\nissuer = 'app'\nlogin = 'login'\n\
                    session = { keep = 'local' }";
        assert!(!warnings("login = 0.3", auth).contains("nobody is asked to log in"));
    }
}
