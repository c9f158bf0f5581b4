//! The CRC-32 of IEEE 802.3, which nginx's hashes are made of.

/// The remainder for each byte.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// A checksum that is not finished.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crc32(u32);

impl Crc32 {
    pub(super) const NEW: Self = Self(u32::MAX);

    /// With more bytes.
    pub(super) fn with(self, bytes: &[u8]) -> Self {
        let step =
            |crc: u32, byte: &u8| TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8);
        Self(bytes.iter().fold(self.0, step))
    }

    /// The checksum.
    pub(super) const fn end(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Crc32;

    #[test]
    fn the_check_value_is_that_of_the_standard() {
        assert_eq!(Crc32::NEW.with(b"1234").with(b"56789").end(), 0xcbf4_3926);
    }
}
