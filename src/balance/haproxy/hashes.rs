//! HAProxy's hashes of 32 bits.

/// Spreads a number over all 32 bits: Bob Jenkins' function of full avalanche, times a prime near
/// three quarters of the range. `full_hash` of `include/haproxy/tools.h`.
pub(super) const fn full_hash(number: u32) -> u32 {
    let mut a = number;
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = (a ^ 0xc761_c23c) ^ (a >> 19);
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    a = (a ^ 0xb55a_4f09) ^ (a >> 16);
    a.wrapping_mul(3_221_225_473)
}

/// The hash of the data base library sdbm: `gen_hash` where nothing else is configured.
fn sdbm(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |hash: u32, byte| {
        u32::from(*byte).wrapping_add(hash << 6).wrapping_add(hash << 16).wrapping_sub(hash)
    })
}

/// The hash of a request target: of its path, without the query.
pub(super) fn uri_hash(target: &str) -> u32 {
    sdbm(target.split('?').next().unwrap_or("").as_bytes())
}
