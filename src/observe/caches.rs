//! What caches answered: an observer of its own, for scenarios that have caches.

use super::Recorder;
use crate::fact::{CacheStatus, Fact, Observer, Place};
use crate::id::{EndpointId, NodeId, RequestId};
use crate::time::Time;

/// What one cache, or all caches of a node, answered in the measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheMeter {
    /// Look-ups that found what they looked for.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Look-ups that were given something expired: of the hits, and where fetching failed.
    pub stale: u64,
    /// Look-ups that waited for what another request fetched.
    pub collapsed: u64,
    /// Look-ups for what had expired and was still right, as the origin said.
    pub revalidated: u64,
    /// How many were answered from what had expired because no better answer came.
    pub covered: u64,
    /// Answers that were fetched, those that only say that all is still right included.
    pub fetches: u64,
    /// Bytes of what was found, or found to be still right.
    pub hit_bytes: u64,
    /// Bytes of what another request had fetched meanwhile.
    pub collapsed_bytes: u64,
    /// Bytes of what was fetched instead.
    pub fetched_bytes: u64,
}

/// What became of the requests for one endpoint, or of all, end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnswerMeter {
    /// Requests that ended, with success or not.
    pub ended: u64,
    /// Of those, the ones that succeeded and that a cache answered.
    pub answered: u64,
    /// Bytes of those.
    pub answered_bytes: u64,
    /// Bytes of all successful requests that were looked for in a cache.
    pub bytes: u64,
}

/// Where the answer to a request came from, in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// From behind all caches that were asked.
    #[default]
    Server,
    /// From a cache that had it.
    Cache,
    /// From what another request was fetching.
    Other,
    /// From a cache that had it, once a server had said that it is still right.
    Confirmed,
}

/// What all caches answered.
#[derive(Debug, Clone)]
pub struct CacheMeters {
    window: Time,
    endpoints: usize,
    /// Whose requests are no measure of a service.
    attackers: Box<[NodeId]>,
    /// By node, and by replica.
    nodes: Vec<Vec<CacheMeter>>,
    /// By node, and by the endpoint that its user asked for.
    by_endpoint: Vec<CacheMeter>,
    /// The requests in flight, by their place.
    requests: Vec<Asked>,
    /// What became of requests, by endpoint.
    answers: Vec<AnswerMeter>,
    /// Latencies of successful requests that asked a cache, by where their answers came from.
    latencies: [Recorder; 4],
}

/// What is known of a request in flight.
#[derive(Debug, Clone, Copy)]
struct Asked {
    endpoint: EndpointId,
    looked: bool,
    from: Origin,
    bytes: u64,
}

impl CacheMeter {
    /// All look-ups.
    #[must_use]
    pub const fn looked(&self) -> u64 {
        self.hits + self.misses + self.collapsed
    }

    fn saw(&mut self, status: CacheStatus, bytes: u64) {
        let (is_hit, waited) = (status.is_hit(), status == CacheStatus::Collapsed);
        self.hits += u64::from(is_hit);
        self.collapsed += u64::from(waited);
        self.misses += u64::from(!is_hit && !waited);
        self.stale += u64::from(is_hit && status != CacheStatus::Hit);
        *(if waited { &mut self.collapsed_bytes } else { &mut self.hit_bytes }) += bytes;
    }

    fn fetched(&mut self, status: CacheStatus, bytes: u64, given: u64, lost: bool) {
        self.fetches += u64::from(!lost);
        self.fetched_bytes += bytes;
        self.hit_bytes += given;
        // What it gave because nothing better came, it answered after all.
        self.covered += u64::from(status == CacheStatus::Stale);
        self.stale += u64::from(status == CacheStatus::Stale);
        self.revalidated += u64::from(status == CacheStatus::Revalidated);
    }

    /// Adds those of another cache, or of another endpoint.
    fn add(mut self, other: &Self) -> Self {
        self.hits += other.hits;
        self.misses += other.misses;
        self.stale += other.stale;
        self.collapsed += other.collapsed;
        self.covered += other.covered;
        self.revalidated += other.revalidated;
        self.fetches += other.fetches;
        self.hit_bytes += other.hit_bytes;
        self.collapsed_bytes += other.collapsed_bytes;
        self.fetched_bytes += other.fetched_bytes;
        self
    }
}

impl CacheMeters {
    /// Empty meters for nodes of so many replicas and for so many endpoints; they count from
    /// `window` on.
    #[must_use]
    pub fn new(replicas: &[u16], endpoints: usize, window: Time) -> Self {
        /// As many as node histograms have.
        const DIGITS: u8 = 2;
        let of_node = |count: &u16| vec![CacheMeter::default(); usize::from(*count)];
        Self {
            window,
            endpoints,
            attackers: Box::default(),
            nodes: replicas.iter().map(of_node).collect(),
            by_endpoint: vec![CacheMeter::default(); replicas.len() * endpoints],
            requests: Vec::new(),
            answers: vec![AnswerMeter::default(); endpoints],
            latencies: std::array::from_fn(|_| Recorder::new(DIGITS)),
        }
    }

    /// The same, which leave the requests of these out of what is said end to end.
    #[must_use]
    pub fn without(self, attackers: impl Iterator<Item = NodeId>) -> Self {
        Self { attackers: attackers.collect(), ..self }
    }

    /// What the cache of the node of this number did for those who asked for an endpoint.
    #[must_use]
    pub fn for_endpoint(&self, node: usize, endpoint: EndpointId) -> CacheMeter {
        self.by_endpoint[node * self.endpoints + endpoint.index()]
    }

    /// What became of the requests for an endpoint.
    #[must_use]
    pub fn answers_for(&self, endpoint: EndpointId) -> AnswerMeter {
        self.answers[endpoint.index()]
    }

    /// What became of all requests.
    #[must_use]
    pub fn answers(&self) -> AnswerMeter {
        self.answers.iter().fold(AnswerMeter::default(), |sum, it| AnswerMeter {
            ended: sum.ended + it.ended,
            answered: sum.answered + it.answered,
            answered_bytes: sum.answered_bytes + it.answered_bytes,
            bytes: sum.bytes + it.bytes,
        })
    }

    /// Latencies of successful requests that asked a cache and whose answers came from there.
    #[must_use]
    pub const fn latencies(&self, from: Origin) -> &Recorder {
        &self.latencies[from as usize]
    }

    /// The meter of the node of this number, or of one of its replicas.
    #[must_use]
    pub fn at(&self, node: usize, replica: Option<u16>) -> CacheMeter {
        let of_node = &self.nodes[node];
        match replica {
            Some(replica) => of_node[usize::from(replica)],
            None => of_node.iter().fold(CacheMeter::default(), CacheMeter::add),
        }
    }

    /// What is known of a request in flight.
    #[inline(always)]
    fn request(&mut self, id: RequestId) -> &mut Asked {
        let place = id.0 as usize;
        if self.requests.len() <= place {
            self.make_room_for(place);
        }
        &mut self.requests[place]
    }

    #[cold]
    #[inline(never)]
    fn make_room_for(&mut self, place: usize) {
        let nothing =
            Asked { endpoint: EndpointId(0), looked: false, from: Origin::Server, bytes: 0 };
        self.requests.resize(place + 1, nothing);
    }

    #[inline(never)]
    fn finished(&mut self, id: RequestId, nanos: u64) {
        let Asked { endpoint, looked, from, bytes } = *self.request(id);
        let meter = &mut self.answers[endpoint.index()];
        if looked {
            meter.bytes += bytes;
            if matches!(from, Origin::Cache | Origin::Other) {
                meter.answered += 1;
                meter.answered_bytes += bytes;
            }
            self.latencies[from as usize].record(nanos);
        }
    }

    /// The meters of a cache, of all that it does and of what it does for an endpoint, if what
    /// happens now counts.
    #[inline(always)]
    fn meters(
        &mut self,
        now: Time,
        by: Place,
        endpoint: EndpointId,
    ) -> Option<[&mut CacheMeter; 2]> {
        if now < self.window {
            return None;
        }
        let node = by.node.index();
        Some([
            &mut self.nodes[node][usize::from(by.replica)],
            &mut self.by_endpoint[node * self.endpoints + endpoint.index()],
        ])
    }

    /// A cache has looked for what a request asks for.
    #[inline(never)]
    fn looked(&mut self, now: Time, by: Place, id: RequestId, status: CacheStatus, bytes: u64) {
        let endpoint = self.request(id).endpoint;
        for meter in self.meters(now, by, endpoint).into_iter().flatten() {
            meter.saw(status, bytes);
        }
    }

    /// What was looked for is on the way to the user.
    fn shown(&mut self, id: RequestId, status: CacheStatus, bytes: u64) {
        // The cache that was asked last has the last word.
        let from = if status == CacheStatus::Collapsed {
            Origin::Other
        } else if status.is_answered() {
            Origin::Cache
        } else {
            Origin::Server
        };
        let asked = self.request(id);
        (asked.looked, asked.from, asked.bytes) = (true, from, bytes);
    }
}

impl Observer for CacheMeters {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match *fact {
            Fact::Issued(asked) => {
                let (endpoint, looked, from) = (asked.endpoint, false, Origin::Server);
                *self.request(asked.request) = Asked { endpoint, looked, from, bytes: 0 };
            }
            Fact::Finished { asked, answer, .. } => {
                if now >= self.window && !self.attackers.contains(&asked.client) {
                    self.answers[asked.endpoint.index()].ended += 1;
                    if answer.is_success() {
                        self.finished(asked.request, now.since(asked.started).0);
                    }
                }
            }
            Fact::Looked { by, request, status, bytes, below } => {
                self.looked(now, by, request, status, bytes);
                if !below {
                    self.shown(request, status, bytes);
                }
            }
            Fact::Fetched { by, request, bytes, given, status, lost, below, .. } => {
                let endpoint = self.request(request).endpoint;
                for meter in self.meters(now, by, endpoint).into_iter().flatten() {
                    meter.fetched(status, bytes, given, lost);
                }
                if !below && status != CacheStatus::Refreshed {
                    let asked = self.request(request);
                    asked.bytes = if given > 0 { given } else { bytes };
                    // What it gave because nothing better came is an answer of its own.
                    if status == CacheStatus::Stale {
                        asked.from = Origin::Cache;
                    } else if status == CacheStatus::Revalidated && asked.from == Origin::Server {
                        asked.from = Origin::Confirmed;
                    }
                }
            }
            Fact::Late(_)
            | Fact::Entered { .. }
            | Fact::Left { .. }
            | Fact::Queued(_)
            | Fact::Unqueued(_)
            | Fact::Busy { .. }
            | Fact::Stopped { .. }
            | Fact::Power { .. }
            | Fact::Health { .. }
            | Fact::Breaker { .. }
            | Fact::Missed(_)
            | Fact::TakenOut { .. }
            | Fact::Connect { .. }
            | Fact::Carried { .. }
            | Fact::Identity(_)
            | Fact::Browser(_)
            | Fact::Screen(_)
            | Fact::Memory { .. }
            | Fact::NoRoom { .. }
            | Fact::Connections { .. }
            | Fact::Picked { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Asked as Question;
    use crate::net::Parts;
    use crate::outcome::Answer;
    use crate::rng::Key;

    const EDGE: Place = Place { node: NodeId(0), replica: 0 };
    const SHIELD: Place = Place { node: NodeId(1), replica: 1 };

    fn question() -> Question {
        Question {
            key: Key(1),
            request: RequestId(3),
            client: NodeId(2),
            user: 0,
            ordinal: 0,
            endpoint: EndpointId(0),
            object: None,
            started: Time::ZERO,
        }
    }

    /// One request, with what its caches said, told at `now` to meters that count from 10 on.
    fn after(now: u64, said: &[Fact<'_>]) -> CacheMeters {
        let asked = question();
        let mut meters = CacheMeters::new(&[1, 2], 1, Time(10));
        meters.hear(Time(now), &Fact::Issued(&asked));
        said.iter().for_each(|fact| meters.hear(Time(now), fact));
        let (answer, parts) = (Answer::OK, Parts::default());
        meters
            .hear(Time(now), &Fact::Finished { asked: &asked, answer, attempts: 1, parts: &parts });
        meters
    }

    fn answered(meters: &CacheMeters) -> (u64, u64, u64) {
        let all = meters.answers();
        (all.answered, all.answered_bytes, all.bytes)
    }

    fn looked(by: Place, hit: bool, bytes: u64) -> Fact<'static> {
        let status = if hit { CacheStatus::Hit } else { CacheStatus::Miss };
        Fact::Looked { by, request: RequestId(3), status, bytes, below: false }
    }

    #[test]
    fn behind_a_miss_a_hit_answers_the_request() {
        let (request, status) = (RequestId(3), CacheStatus::Miss);
        let fetched = Fact::Fetched {
            by: EDGE,
            request,
            bytes: 7,
            given: 0,
            stored: true,
            status,
            renewed: false,
            lost: false,
            below: false,
        };
        let meters = after(10, &[looked(EDGE, false, 0), looked(SHIELD, true, 7), fetched]);
        assert_eq!(answered(&meters), (1, 7, 7));
        let (edge, shield) = (meters.at(0, None), meters.at(1, Some(1)));
        assert_eq!((edge.hits, edge.misses, edge.fetched_bytes), (0, 1, 7));
        assert_eq!((shield.hits, shield.misses, shield.hit_bytes), (1, 0, 7));
        assert_eq!(meters.at(1, Some(0)), CacheMeter::default());
    }

    #[test]
    fn an_answer_that_did_not_come_is_none_that_was_fetched() {
        let (request, status) = (RequestId(3), CacheStatus::Miss);
        let came = |lost| Fact::Fetched {
            by: EDGE,
            request,
            bytes: 0,
            given: 0,
            stored: false,
            status,
            renewed: false,
            lost,
            below: false,
        };
        let fetches = |lost| after(10, &[looked(EDGE, false, 0), came(lost)]).at(0, None).fetches;
        assert_eq!((fetches(false), fetches(true)), (1, 0));
    }

    #[test]
    fn what_a_cache_gives_of_its_own_after_asking_is_not_fetched() {
        let after_asking = |status, bytes| {
            let request = RequestId(3);
            let fetched = Fact::Fetched {
                by: EDGE,
                request,
                bytes,
                given: 500,
                stored: false,
                status,
                renewed: bytes > 0,
                lost: false,
                below: false,
            };
            let expired = Fact::Looked {
                by: EDGE,
                request,
                status: CacheStatus::Expired,
                bytes: 0,
                below: false,
            };
            after(10, &[expired, fetched])
        };
        let renewed = after_asking(CacheStatus::Revalidated, 9);
        let edge = renewed.at(0, None);
        assert_eq!((edge.hit_bytes, edge.fetched_bytes, edge.revalidated), (500, 9, 1));
        assert_eq!(answered(&renewed), (0, 0, 500), "the origin was asked");
        let covered = after_asking(CacheStatus::Stale, 0);
        let edge = covered.at(0, None);
        assert_eq!((edge.hit_bytes, edge.fetched_bytes, edge.stale), (500, 0, 1));
        assert_eq!(answered(&covered), (1, 500, 500));
    }

    #[test]
    fn who_waits_for_the_fetch_of_another_is_no_hit_in_requests_or_in_bytes() {
        let (request, status) = (RequestId(3), CacheStatus::Collapsed);
        let waited = Fact::Looked { by: EDGE, request, status, bytes: 5, below: false };
        let meters = after(10, &[waited]);
        let edge = meters.at(0, None);
        assert_eq!((edge.hits, edge.collapsed), (0, 1));
        assert_eq!((edge.hit_bytes, edge.collapsed_bytes), (0, 5));
        assert_eq!(answered(&meters), (1, 5, 5));
    }

    #[test]
    fn latencies_are_told_apart_by_where_the_answer_came_from() {
        let hit = after(10, &[looked(EDGE, true, 5)]);
        let counts = [Origin::Server, Origin::Cache].map(|from| hit.latencies(from).count());
        assert_eq!(counts, [0, 1]);
        let none = after(10, &[]);
        assert_eq!(none.latencies(Origin::Server).count(), 0, "it asked no cache");
        assert_eq!(none.answers_for(EndpointId(0)).ended, 1);
    }

    #[test]
    fn attackers_are_left_out_end_to_end_and_seen_at_the_cache() {
        let asked = question();
        let mut meters = CacheMeters::new(&[1, 2], 1, Time(0)).without([asked.client].into_iter());
        meters.hear(Time(1), &Fact::Issued(&asked));
        meters.hear(Time(1), &looked(EDGE, true, 5));
        let (answer, parts) = (Answer::OK, Parts::default());
        let finished = Fact::Finished { asked: &asked, answer, attempts: 1, parts: &parts };
        meters.hear(Time(1), &finished);
        assert_eq!(meters.answers(), AnswerMeter::default());
        assert_eq!(meters.at(0, None).hits, 1);
    }

    #[test]
    fn a_request_that_failed_has_ended_and_no_cache_answered_it() {
        let asked = question();
        let mut meters = CacheMeters::new(&[1, 2], 1, Time(0));
        meters.hear(Time(1), &Fact::Issued(&asked));
        meters.hear(Time(1), &looked(EDGE, false, 0));
        let (answer, parts) = (Answer::with_status(503), Parts::default());
        let finished = Fact::Finished { asked: &asked, answer, attempts: 1, parts: &parts };
        meters.hear(Time(1), &finished);
        assert_eq!((meters.answers().ended, meters.answers().answered), (1, 0));
    }

    #[test]
    fn nothing_counts_before_the_window() {
        let meters = after(9, &[looked(EDGE, true, 5)]);
        assert_eq!(answered(&meters), (0, 0, 0));
        assert_eq!(meters.at(0, None), CacheMeter::default());
    }

    #[test]
    fn what_servers_look_up_for_themselves_does_not_answer_the_user() {
        let (request, status) = (RequestId(3), CacheStatus::Hit);
        let looked = Fact::Looked { by: EDGE, request, status, bytes: 5, below: true };
        let meters = after(10, &[looked]);
        assert_eq!((answered(&meters), meters.at(0, None).hits), ((0, 0, 0), 1));
    }
}
