//! When the users of W4 wake up: a ring of buckets of equal length, each without order until its
//! time has come. An event is 8 bytes: its place in its bucket's time, and the user.

/// Bits of a nanosecond within a bucket: 4.2 ms, in which about 42 users wake up.
const WIDTH: u32 = 22;
/// Buckets: 275 s, so that one think time in 10^12 is cut to that.
const BUCKETS: usize = 1 << 16;
const LONGEST: u64 = (BUCKETS as u64 - 1) << WIDTH;
const USER: u32 = 32;

/// Events of one chunk: with their number and the next chunk, 128 bytes.
const EVENTS: usize = 15;
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Chunk {
    events: [u64; EVENTS],
    count: u32,
    next: u32,
}

pub struct Ladder {
    /// The first chunk of each bucket.
    buckets: Box<[u32]>,
    chunks: Vec<Chunk>,
    free: Vec<u32>,
    /// The present bucket's number since the beginning, and its events, the next one last.
    present: u64,
    sorted: Vec<u64>,
}

impl Ladder {
    pub fn new() -> Self {
        Self {
            buckets: vec![NONE; BUCKETS].into(),
            chunks: Vec::new(),
            free: Vec::new(),
            present: 0,
            sorted: Vec::new(),
        }
    }

    /// When somebody wakes up next. There is always somebody: call [`fill`](Self::fill) before.
    #[inline]
    pub fn next(&self) -> u64 {
        self.sorted.last().map_or(u64::MAX, |event| self.present << WIDTH | event >> USER)
    }

    /// The user who wakes up next.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    pub fn pop(&mut self) -> u32 {
        self.sorted.pop().map_or(0, |event| event as u32)
    }

    /// Lets a user wake up at `time`, which is not before the present event.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the rest of a division")]
    pub fn put(&mut self, now: u64, time: u64, user: u32) {
        let time = time.min(now.wrapping_add(LONGEST - (1 << WIDTH)));
        let event = (time & ((1 << WIDTH) - 1)) << USER | u64::from(user);
        let bucket = time >> WIDTH;
        if bucket <= self.present {
            let at = self.sorted.partition_point(|other| *other > event);
            self.sorted.insert(at, event);
            return;
        }
        let bucket = bucket as usize % BUCKETS;
        let mut first = self.buckets[bucket];
        if first == NONE || self.chunks[first as usize].count == EVENTS as u32 {
            first = self.new_chunk(first);
            self.buckets[bucket] = first;
        }
        let chunk = &mut self.chunks[first as usize];
        chunk.events[chunk.count as usize % 16 % EVENTS] = event;
        chunk.count = chunk.count.wrapping_add(1);
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "there are few chunks")]
    fn new_chunk(&mut self, next: u32) -> u32 {
        if let Some(place) = self.free.pop() {
            let chunk = &mut self.chunks[place as usize];
            (chunk.count, chunk.next) = (0, next);
            place
        } else {
            self.chunks.push(Chunk { events: [0; EVENTS], count: 0, next });
            self.chunks.len() as u32 - 1
        }
    }

    /// Goes on to the next bucket in which somebody wakes up, if the present one is empty.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the rest of a division")]
    pub fn fill(&mut self) {
        while self.sorted.is_empty() {
            self.present = self.present.wrapping_add(1);
            let bucket = self.present as usize % BUCKETS;
            let mut place = std::mem::replace(&mut self.buckets[bucket], NONE);
            while place != NONE {
                let chunk = &self.chunks[place as usize];
                self.sorted.extend_from_slice(&chunk.events[..chunk.count as usize]);
                self.free.push(place);
                place = chunk.next;
            }
            self.sorted.sort_unstable_by(|a, b| b.cmp(a));
        }
    }
}
