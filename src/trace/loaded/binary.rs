//! Binary traces of libCacheSim as requests of an open loop.

use std::io::Read;

use super::{NONE, NONE_LONG, Trace, TraceRow, number};
use crate::trace::{OracleReader, TraceError};

const SECOND: u64 = 1_000_000_000;

/// Reads a trace whole.
pub(super) fn read(from: impl Read) -> Result<Trace, TraceError> {
    let mut reader = OracleReader::new(from);
    let mut trace = Trace::default();
    let (mut first, mut last, mut begin) = (None, 0, 0);
    while let Some(row) = reader.next_row()? {
        let line = trace.rows.len() as u64 + 1;
        trace.check_room(line)?;
        let second = u64::from(row.time);
        let since = second.checked_sub(*first.get_or_insert(second));
        let Some(since) = since.filter(|since| *since >= last) else {
            let message = format!("time goes back, to {second} s: sort the requests");
            return Err(TraceError { line, column: 1, message });
        };
        if since > last {
            spread(&mut trace.rows[begin..]);
            (last, begin) = (since, trace.rows.len());
        }
        let object = trace.objects.insert_full(row.object.to_string().into_boxed_str()).0;
        trace.rows.push(TraceRow {
            start: since * SECOND,
            service: NONE_LONG,
            size: u64::from(row.size),
            client: NONE,
            session: NONE,
            path: NONE,
            object: number(object),
            headers: NONE,
            method: NONE,
        });
    }
    spread(&mut trace.rows[begin..]);
    Ok(trace)
}

/// Spreads the requests of one second over it.
fn spread(rows: &mut [TraceRow]) {
    let count = rows.len() as u64;
    for (nth, row) in (0..).zip(rows) {
        row.start += SECOND * nth / count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;
    use crate::unit::Bytes;

    fn bytes(rows: &[(u32, u64, u32)]) -> Vec<u8> {
        let row = |(time, object, size): &(u32, u64, u32)| {
            let mut bytes = time.to_le_bytes().to_vec();
            bytes.extend(object.to_le_bytes());
            bytes.extend(size.to_le_bytes());
            bytes.extend((-1_i64).to_le_bytes());
            bytes
        };
        rows.iter().flat_map(row).collect()
    }

    #[test]
    fn requests_of_a_second_are_spread_over_it() {
        let all = bytes(&[(700, 9, 5), (700, 1 << 40, 6), (702, 9, 5), (702, 3, 1), (702, 9, 5)]);
        let trace = Trace::read(all.as_slice()).unwrap();
        let starts: Vec<u64> = trace.rows().iter().map(|row| row.arrival().0).collect();
        assert_eq!(starts, [0, 500_000_000, 2_000_000_000, 2_333_333_333, 2_666_666_666]);
        let objects: Vec<_> = trace.rows().iter().map(TraceRow::object).collect();
        assert_eq!(objects, [Some(0), Some(1), Some(0), Some(2), Some(0)]);
        assert_eq!(trace.rows()[1].size(), Some(Bytes(6)));
        assert_eq!(&*trace.objects()[1], "1099511627776");
        assert_eq!((trace.rows()[0].arrival(), trace.is_closed()), (Time(0), false));
    }

    #[test]
    fn time_that_goes_back_is_refused() {
        for times in [[5, 4, 6], [5, 7, 6]] {
            let all = bytes(&times.map(|time| (time, 1, 1)));
            let error = Trace::read(all.as_slice()).unwrap_err().to_string();
            assert!(error.contains("time goes back, to"), "{error}");
        }
    }
}
