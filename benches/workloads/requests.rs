//! Requests on their way, by number.

/// When each request began; numbers are used again.
pub struct Requests {
    began: Vec<u64>,
    free: Vec<u32>,
}

impl Requests {
    pub const fn new() -> Self {
        Self { began: Vec::new(), free: Vec::new() }
    }

    /// A request begins: its number.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "few requests are on their way")]
    pub fn begin(&mut self, now: u64) -> u32 {
        if let Some(who) = self.free.pop() {
            self.began[who as usize] = now;
            who
        } else {
            self.began.push(now);
            self.began.len() as u32 - 1
        }
    }

    /// It ends: when it began.
    #[inline]
    pub fn end(&mut self, who: u32) -> u64 {
        self.free.push(who);
        self.began[who as usize]
    }
}
