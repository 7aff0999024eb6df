//! Lines that are counted as an editor counts them, whatever ends them.

use std::io::{self, Read};

use csv::{ByteRecord, Reader};

/// Text whose lines all end in `\n`: without carriage returns, and with an end to the last line.
pub(super) fn plain<'a>(text: impl Read + 'a) -> Box<dyn Read + 'a> {
    Box::new(WithoutReturns(text).chain(&b"\n"[..]))
}

struct WithoutReturns<R>(R);

impl<R: Read> Read for WithoutReturns<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.0.read(buffer)?;
            let mut kept = 0;
            for at in 0..count {
                if buffer[at] != b'\r' {
                    buffer[kept] = buffer[at];
                    kept += 1;
                }
            }
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

/// The line on which the record that was read last begins; the reader itself stands on the next one,
/// and counts blank lines to the record behind them.
pub(super) fn line_of<R: Read>(reader: &Reader<R>, record: &ByteRecord) -> u64 {
    let within = record.as_slice().iter().filter(|byte| **byte == b'\n');
    let behind = 1 + within.count() as u64;
    reader.position().line().saturating_sub(behind)
}
