//! Writes an RGB picture as a PNG file (PNG specification, third edition, 2025).
//!
//! The drawing library writes files only; a plot is wanted in memory. Charts are flat: most of a
//! picture repeats the row above or the pixels to the left, so each row is stored as the
//! difference to the row above and a plain search for repetitions packs it well (RFC 1950, RFC
//! 1951, with the fixed code). Being our own, the bytes change with no library's version.

/// The file for `width` x `height` pixels of three bytes each, row by row.
pub(crate) fn encode(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let rows = filtered(pixels, width * 3);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// Each row as its difference to the one above, behind the number of that filter.
fn filtered(pixels: &[u8], stride: usize) -> Vec<u8> {
    let mut rows = Vec::with_capacity(pixels.len() + pixels.len() / stride);
    let mut above = vec![0; stride];
    for row in pixels.chunks(stride) {
        rows.push(2);
        rows.extend(row.iter().zip(&above).map(|(byte, up)| byte.wrapping_sub(*up)));
        above.copy_from_slice(row);
    }
    rows
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let from = file.len();
    file.extend(kind);
    file.extend(data);
    let check = crc(&file[from..]);
    file.extend(check.to_be_bytes());
}

/// The checksum of a chunk, CRC-32.
fn crc(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |rest, _| (rest >> 1) ^ (0xEDB8_8320 * (rest & 1)))
    });
    !bytes
        .iter()
        .fold(!0, |rest, byte| table[((rest ^ u32::from(*byte)) & 255) as usize] ^ (rest >> 8))
}

/// The checksum of the unpacked data, Adler-32.
fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.chunks(5_000).fold((1, 0), |(mut a, mut b), part| {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        (a % 65_521, b % 65_521)
    });
    (b << 16) | a
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 0x5E], pending: 0, count: 0 };
    bits.push(0b011, 3);
    deflate(bytes, &mut bits);
    bits.literal_or_length(256);
    bits.push(0, (8 - bits.count) % 8);
    bits.bytes.extend(adler(bytes).to_be_bytes());
    bits.bytes
}

/// Replaces what stood before by references to it: the last place with the same hash of four bytes
/// is tried, the longest run from there is taken.
fn deflate(bytes: &[u8], bits: &mut Bits) {
    let mut last = vec![usize::MAX; 1 << HASH_BITS];
    let mut at = 0;
    while at < bytes.len() {
        let mut length = 0;
        let mut distance = 0;
        if let Some(slot) = hash(bytes, at) {
            let before = std::mem::replace(&mut last[slot], at);
            if before != usize::MAX && at - before <= 32_768 {
                distance = at - before;
                length = bytes[at..]
                    .iter()
                    .zip(&bytes[before..])
                    .take(258)
                    .take_while(|(a, b)| a == b)
                    .count();
            }
        }
        if length < 4 {
            bits.literal_or_length(bytes[at].into());
            at += 1;
            continue;
        }
        bits.reference(length, distance);
        for place in at + 1..at + length {
            if let Some(slot) = hash(bytes, place) {
                last[slot] = place;
            }
        }
        at += length;
    }
}

const HASH_BITS: u32 = 15;

fn hash(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?;
    let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    Some((word.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize)
}

/// A stream of bits, the lowest first.
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, width: u32) {
        self.pending |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push((self.pending & 255) as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// A Huffman code, the highest bit first.
    fn code(&mut self, code: u32, width: u32) {
        self.push(code.reverse_bits() >> (32 - width), width);
    }

    /// A symbol of the fixed code (RFC 1951, section 3.2.6).
    fn literal_or_length(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.code(0b0011_0000 + symbol, 8),
            144..=255 => self.code(0b1_1001_0000 + symbol - 144, 9),
            256..=279 => self.code(symbol - 256, 7),
            _ => self.code(0b1100_0000 + symbol - 280, 8),
        }
    }

    /// A run of `length` bytes that also stands `distance` bytes before (section 3.2.5).
    fn reference(&mut self, length: usize, distance: usize) {
        let (symbol, rest) = step(length as u32, &LENGTHS);
        self.literal_or_length(257 + symbol);
        self.push(rest, if symbol == 28 { 0 } else { (symbol.max(4) - 4) / 4 });
        let (symbol, rest) = step(distance as u32, &DISTANCES);
        self.code(symbol, 5);
        self.push(rest, symbol.max(2) / 2 - 1);
    }
}

/// The number of the last step at or below `value`, and how far `value` lies above it.
fn step(value: u32, steps: &[u32]) -> (u32, u32) {
    let index = steps.partition_point(|base| *base <= value) - 1;
    (index as u32, value - steps[index])
}

/// The first length that each symbol stands for.
const LENGTHS: [u32; 29] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
];

/// The first distance that each symbol stands for.
const DISTANCES: [u32; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
    2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_the_standards() {
        assert_eq!(crc(b"IEND"), 0xAE42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_run_is_packed_as_a_letter_and_one_reference() {
        let packed = zlib(&[b'a'; 300]);
        assert_eq!(packed.len(), 2 + 6 + 4, "{packed:02x?}");
    }
}
