//! One pool of jobs: replications of variants and of points of a sweep, the longest first.
//!
//! Workers share nothing but the number of the next job and a flag to stop. Results are told with
//! the job's number, so their order is that of the jobs and the number of threads is invisible.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::world::Stopper;

/// A job, by how long it is likely to take in units of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job {
    /// How long it is likely to take, compared with the others.
    pub cost: f64,
}

/// Told of the progress of a pool; may stop it.
pub trait Progress: Sync {
    /// One more job is done.
    fn advance(&self);

    /// Whether the pool shall stop: no further job begins, and nobody is told of those that have
    /// begun.
    fn is_stopped(&self) -> bool {
        false
    }

    /// What stops the jobs that have begun, where they are.
    fn stopper(&self) -> Option<Stopper> {
        None
    }
}

impl Progress for () {
    fn advance(&self) {}
}

/// Runs all jobs and hands each result to `done`, in any order. Returns whether all were run. Each
/// worker has a workspace of its own, which its jobs use one after another.
pub fn run_jobs<W: Default, T: Send>(
    jobs: &[Job],
    run: impl Fn(&mut W, usize) -> T + Sync,
    done: impl Fn(usize, T) + Sync,
    progress: &dyn Progress,
) -> bool {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by(|a, b| jobs[*b].cost.total_cmp(&jobs[*a].cost).then(a.cmp(b)));
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut space = W::default();
        while let Some(job) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if progress.is_stopped() {
                stopped.store(true, Ordering::Relaxed);
                return;
            }
            let result = run(&mut space, *job);
            if progress.is_stopped() {
                // It may have been stopped in its midst.
                stopped.store(true, Ordering::Relaxed);
                return;
            }
            done(*job, result);
            progress.advance();
        }
    };
    spread(&work, jobs.len());
    !stopped.load(Ordering::Relaxed)
}

/// Lets as many workers as there are threads do `work`.
#[cfg(feature = "cli")]
fn spread(work: &(impl Fn() + Sync), jobs: usize) {
    let workers = rayon::current_num_threads().min(jobs);
    rayon::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|_| work());
        }
    });
}

/// Without threads, one worker does it all.
#[cfg(not(feature = "cli"))]
fn spread(work: &impl Fn(), _: usize) {
    work();
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct StopAfter(usize, AtomicUsize);

    impl Progress for StopAfter {
        fn advance(&self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }

        fn is_stopped(&self) -> bool {
            self.1.load(Ordering::Relaxed) >= self.0
        }
    }

    #[test]
    fn every_job_is_run_once_and_told_by_its_number() {
        let jobs: Vec<Job> = (0..100).map(|n| Job { cost: f64::from(n % 7) }).collect();
        let results = Mutex::new(vec![0; 100]);
        let all = run_jobs(&jobs, |(), n| n * 2, |n, r| results.lock().unwrap()[n] += r + 1, &());
        assert!(all);
        assert_eq!(*results.lock().unwrap(), (0..100).map(|n| n * 2 + 1).collect::<Vec<_>>());
    }

    #[test]
    fn a_stopped_pool_begins_no_further_job_and_says_so() {
        let jobs = vec![Job { cost: 1.0 }; 1_000];
        let ran = AtomicUsize::new(0);
        let count = |(): &mut (), _| ran.fetch_add(1, Ordering::Relaxed);
        let all = run_jobs(&jobs, count, |_, _| {}, &StopAfter(10, AtomicUsize::new(0)));
        assert!(!all);
        assert!(ran.load(Ordering::Relaxed) < 100);
    }
}
