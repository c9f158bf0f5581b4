//! What a host does when a timer fires.

use super::{Host, Next};
use crate::fact::Observer;
use crate::net::{Ctx, TimerId, Token};
use crate::outcome::Reason;

impl Host {
    /// A timer of one of its exchanges, or of a replica, has fired.
    pub(super) fn timed<O: Observer>(&mut self, token: Token, ctx: &mut Ctx<'_, O>) -> Next {
        match token {
            Token::Renew(_)
            | Token::Theft(..)
            | Token::Total(_)
            | Token::Again(_)
            | Token::Kept(..)
            | Token::Idle(..)
            | Token::Closed(..)
            | Token::Returns(..)
            | Token::Probe(..)
            | Token::Hedge(..)
            | Token::Locked(..)
            | Token::Resend(..)
            | Token::Word(..) => {}
            Token::Connect(id, _) => return self.gave_up(id, Reason::ConnectTimeout, ctx),
            Token::Read(id, _) => return self.gave_up(id, Reason::ReadTimeout, ctx),
            Token::Ended(_) => self.sessions_end(ctx),
            Token::Patience(id) => self.dropped(id, ctx),
            Token::CoreDone(id) => {
                ctx.cold(id).timer = TimerId::NONE;
                return self.resumed(id, ctx);
            }
            Token::SharedDone(at) => {
                let station = self.stations.get_mut(usize::from(at.replica));
                if let Some(id) = station.and_then(|station| station.shared_done(ctx)) {
                    return self.advance(id, ctx);
                }
            }
            Token::Cancelled(id, generation, unwanted) => {
                if ctx.is_still(id, generation) {
                    self.unwanted(id, unwanted, ctx);
                }
            }
            Token::Replica(at, change) => {
                if let Some(station) = self.stations.get_mut(usize::from(at.replica)) {
                    station.change(change, ctx);
                }
            }
        }
        Next::Holds
    }
}
