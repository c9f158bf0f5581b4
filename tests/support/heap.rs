//! The heap of a thread, counted: how often something was allocated, and how much is held.

#![allow(unsafe_code, reason = "an allocator is an unsafe trait; this one only counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting for each thread by itself, since tests run side by side.
pub struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

/// How often this thread has allocated, a reallocation included.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// The most bytes that this thread holds at once while `run` runs, beyond those held before.
pub fn peak<T>(run: impl FnOnce() -> T) -> u64 {
    let before = HELD.get();
    PEAK.set(before);
    let result = run();
    let peak = PEAK.get();
    drop(result);
    u64::try_from(peak - before).expect("the peak is not below the start")
}

#[allow(clippy::cast_possible_wrap, reason = "no layout has 2^63 bytes")]
fn hold(bytes: usize, given_back: usize) {
    HELD.set(HELD.get() + bytes as i64 - given_back as i64);
    PEAK.set(PEAK.get().max(HELD.get()));
}

fn allocated(bytes: usize, given_back: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    hold(bytes, given_back);
}

// SAFETY: every call is handed on to the system's allocator as it is; the cells are plain numbers
// that need no destructor and allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size(), 0);
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        allocated(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        hold(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
