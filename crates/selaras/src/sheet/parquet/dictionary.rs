//! Columns of which few values are different, as writers keep them: the values once, and for each
//! cell the position of its own.
//!
//! Layout of pages after the Apache Parquet format specification, "Encodings": a dictionary page of
//! plain values, and data pages of definition levels and positions, both as runs of the RLE and
//! bit-packing hybrid.

use std::ops::Range;
use std::slice::from_mut;
use std::sync::Arc;

use axum::body::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;

use super::{Meaning, float_cell, whole_cell};
use crate::sheet::{Cell, Different, Repeating};

/// Positions that a column may have: what is not there takes one.
const MOST: usize = 1 << 16;

/// A column chunk whose values stand in a dictionary.
pub(super) struct Dictionary {
    pages: Box<dyn PageReader>,
    different: Arc<Different>,
    page: Option<Open>,
    optional: bool,
    /// Room for levels.
    levels: Vec<u8>,
}

/// A data page in the middle of being read.
struct Open {
    /// Cells that are left.
    left: usize,
    /// Of 1 where a value stands; none where every cell has one.
    levels: Option<Runs<u8>>,
    positions: Runs<u16>,
}

impl Dictionary {
    /// The chunk behind `pages`, where it begins with a dictionary that can be taken; `None` where
    /// the general reader has to read it.
    ///
    /// # Errors
    /// A page that cannot be read.
    pub(super) fn open(
        mut pages: Box<dyn PageReader>,
        of: Type,
        meaning: Meaning,
        optional: bool,
    ) -> Result<Option<Self>, ParquetError> {
        let Some(Page::DictionaryPage { buf, num_values, encoding, .. }) = pages.get_next_page()?
        else {
            return Ok(None);
        };
        let plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
        if !plain || num_values as usize >= MOST {
            return Ok(None);
        }
        let different = different(&buf, num_values as usize, of, meaning);
        Ok(different.map(|different| Self {
            pages,
            different: Arc::new(different),
            page: None,
            optional,
            levels: Vec::new(),
        }))
    }

    /// The next `length` cells; `None` where a page keeps its values in another way, after which
    /// this chunk has to be read from its beginning by the general reader.
    ///
    /// # Errors
    /// A page that cannot be read, or too few of them.
    pub(super) fn read(&mut self, length: usize) -> Result<Option<Repeating>, ParquetError> {
        let mut which = Vec::with_capacity(length);
        while which.len() < length {
            let mut page = match self.page.take() {
                Some(page) => page,
                None => match self.next()? {
                    Some(page) => page,
                    None => return Ok(None),
                },
            };
            let count = page.left.min(length - which.len());
            page.take(count, &mut self.levels, &mut which).ok_or_else(damaged)?;
            page.left -= count;
            self.page = (page.left > 0).then_some(page);
        }
        let most = which.iter().copied().fold(0, u16::max);
        if usize::from(most) >= self.different.len() {
            return Err(damaged());
        }
        Ok(Some(Repeating { different: Arc::clone(&self.different), which }))
    }

    fn next(&mut self) -> Result<Option<Open>, ParquetError> {
        let page = self.pages.get_next_page()?.ok_or_else(damaged)?;
        let (bytes, count, encoding) = (page.buffer().clone(), page.num_values(), page.encoding());
        let (levels, values) = match page {
            Page::DataPage { def_level_encoding, .. } if self.optional => {
                if def_level_encoding != Encoding::RLE {
                    return Ok(None);
                }
                let length = bytes.first_chunk::<4>().ok_or_else(damaged)?;
                let end = (u32::from_le_bytes(*length) as usize).checked_add(4);
                let end = end.filter(|&end| end <= bytes.len()).ok_or_else(damaged)?;
                (Some(bytes.slice(4..end)), bytes.slice(end..))
            }
            Page::DataPage { .. } => (None, bytes),
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                let start = rep_levels_byte_len as usize;
                let end = start.checked_add(def_levels_byte_len as usize);
                let end = end.filter(|&end| end <= bytes.len()).ok_or_else(damaged)?;
                (self.optional.then(|| bytes.slice(start..end)), bytes.slice(end..))
            }
            Page::DictionaryPage { .. } => return Err(damaged()),
        };
        if !matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) {
            return Ok(None);
        }
        // Where no cell of the page has a value there may be not even a width.
        let width = values.first().copied().unwrap_or_default();
        let positions = values.slice(values.len().min(1)..);
        if u32::from(width) > u16::BITS {
            return Err(damaged());
        }
        Ok(Some(Open {
            left: count as usize,
            levels: levels.map(|levels| Runs::new(levels, 1)),
            positions: Runs::new(positions, usize::from(width)),
        }))
    }
}

impl Open {
    /// Appends the positions of the next `count` cells to `which`, with room for their levels.
    fn take(&mut self, count: usize, room: &mut Vec<u8>, which: &mut Vec<u16>) -> Option<()> {
        let start = which.len();
        let present = match &mut self.levels {
            None => count,
            Some(levels) => {
                room.clear();
                levels.take(count, room)?;
                room.iter().map(|&level| usize::from(level)).sum()
            }
        };
        self.positions.take(present, which)?;
        let values = which.get_mut(start..)?;
        values.iter_mut().for_each(|value| *value = next(*value));
        if present == count {
            return Some(());
        }
        // From the last cell on, each value moves to where it belongs.
        which.resize(start + count, 0);
        let cells = which.get_mut(start..)?;
        let mut left = present;
        for (number, levels) in room.chunks(8).enumerate().rev() {
            let own = levels.iter().map(|&level| usize::from(level)).sum::<usize>();
            let (place, from) = (8 * number, left - own);
            if own == levels.len() {
                cells.copy_within(from..left, place);
            } else {
                let mut last = left;
                for (at, &level) in levels.iter().enumerate().rev() {
                    last -= usize::from(level);
                    *cells.get_mut(place + at)? = if level > 0 { *cells.get(last)? } else { 0 };
                }
            }
            left = from;
        }
        Some(())
    }
}

/// The position behind that of nothing.
fn next(position: u16) -> u16 {
    position.saturating_add(1)
}

fn damaged() -> ParquetError {
    ParquetError::General(String::new())
}

/// The values of a dictionary page; `None` for types that are read in the general way, and where
/// the page does not hold as many values as it says.
fn different(bytes: &Bytes, count: usize, of: Type, meaning: Meaning) -> Option<Different> {
    fn plain<const SIZE: usize>(bytes: &[u8], count: usize) -> Option<&[[u8; SIZE]]> {
        bytes.as_chunks::<SIZE>().0.get(..count)
    }
    let mut cells = vec![Cell::Empty];
    match of {
        Type::BYTE_ARRAY => {
            let mut at = 0_usize;
            let mut places = vec![Range { start: at, end: at }];
            for _ in 0..count {
                let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?) as usize;
                let start = at + 4;
                at = start.checked_add(length).filter(|&end| end <= bytes.len())?;
                places.push(start..at);
            }
            return Some(Different::Texts { bytes: bytes.clone(), places });
        }
        Type::INT32 => {
            let whole = |bytes: &[u8; 4]| i64::from(i32::from_le_bytes(*bytes));
            cells.extend(plain(bytes, count)?.iter().map(|b| whole_cell(whole(b), meaning)));
        }
        Type::INT64 => {
            let values = plain(bytes, count)?.iter();
            cells.extend(values.map(|b| whole_cell(i64::from_le_bytes(*b), meaning)));
        }
        Type::DOUBLE => {
            let values = plain(bytes, count)?.iter();
            cells.extend(values.map(|b| float_cell(f64::from_le_bytes(*b))));
        }
        _ => return None,
    }
    Some(Different::Cells(cells))
}

/// Whole numbers as runs of one value or of packed bits.
struct Runs<N> {
    bytes: Bytes,
    /// Where the next run begins, or within one its next eight numbers.
    at: usize,
    /// Bits of a number.
    width: usize,
    /// Numbers left of a run of one value.
    same: usize,
    value: N,
    /// Numbers left of a packed run, beyond those in `eight`.
    packed: usize,
    /// The last eight that were unpacked, and how many of them have been taken.
    eight: [N; 8],
    taken: usize,
}

impl<N: Number> Runs<N> {
    fn new(bytes: Bytes, width: usize) -> Self {
        let (value, eight) = (N::default(), [N::default(); 8]);
        Self { bytes, at: 0, width, same: 0, value, packed: 0, eight, taken: 8 }
    }

    /// Appends the next `count` numbers to `out`; `None` where there are not as many.
    fn take(&mut self, count: usize, out: &mut Vec<N>) -> Option<()> {
        let end = out.len() + count;
        loop {
            let left = end - out.len();
            let open = self.eight.get(self.taken..).unwrap_or_default();
            if left == 0 {
                return Some(());
            } else if !open.is_empty() {
                let own = open.get(..left).unwrap_or(open);
                out.extend_from_slice(own);
                self.taken += own.len();
            } else if self.same > 0 {
                let own = self.same.min(left);
                out.resize(out.len() + own, self.value);
                self.same -= own;
            } else if self.packed > 0 {
                let groups = (left / 8).min(self.packed / 8);
                self.unpack(groups, out)?;
                if groups == 0 {
                    // Writers may leave out the last bytes of a page's last eight numbers, as far
                    // as none of the numbers asked for stands in them.
                    let bytes = self.bytes.get(self.at..)?;
                    (bytes.len() >= (left * self.width).div_ceil(8)).then_some(())?;
                    self.eight = [N::default(); 8];
                    N::unpack(bytes, self.width, from_mut(&mut self.eight));
                    (self.at, self.packed, self.taken) = (self.at + self.width, self.packed - 8, 0);
                }
            } else {
                self.open()?;
            }
        }
    }

    /// Unpacks `groups` times eight numbers of a packed run; `None` where the page ends before.
    fn unpack(&mut self, groups: usize, out: &mut Vec<N>) -> Option<()> {
        let end = self.at + groups * self.width;
        let bytes = self.bytes.get(self.at..end)?;
        let start = out.len();
        out.resize(start + 8 * groups, N::default());
        N::unpack(bytes, self.width, out.get_mut(start..)?.as_chunks_mut().0);
        (self.at, self.packed) = (end, self.packed - 8 * groups);
        Some(())
    }

    /// Reads the head of the next run.
    fn open(&mut self) -> Option<()> {
        let mut head = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            head |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let count = (head >> 1) as usize;
        if head & 1 == 1 {
            self.packed = count.checked_mul(8)?;
        } else {
            let value = self.bytes.get(self.at..self.at + self.width.div_ceil(8))?;
            let whole = |sum: u32, byte: &u8| (sum << 8) | u32::from(*byte);
            let number = value.iter().rev().fold(0, whole);
            // A level of two would be two values.
            (number >> self.width == 0).then_some(())?;
            self.value = N::try_from(number).ok()?;
            self.at += value.len();
            self.same = count;
        }
        (count > 0 || self.at < self.bytes.len()).then_some(())
    }
}

/// Numbers of so many bits as their type may take.
trait Number: Copy + Default + TryFrom<u32> {
    /// Puts the numbers of `width` bits in `bytes` into `places`, eight by eight, the lowest bits
    /// first; zeros where the bytes are too few.
    fn unpack(bytes: &[u8], width: usize, places: &mut [[Self; 8]]);
}

/// Levels: numbers of one bit.
impl Number for u8 {
    fn unpack(bytes: &[u8], _: usize, places: &mut [[Self; 8]]) {
        for (place, &bits) in places.iter_mut().zip(bytes) {
            *place = std::array::from_fn(|at| (bits >> at) & 1);
        }
    }
}

/// Positions.
impl Number for u16 {
    fn unpack(bytes: &[u8], width: usize, places: &mut [[Self; 8]]) {
        match width {
            1 => eights::<1>(bytes, places),
            2 => eights::<2>(bytes, places),
            3 => eights::<3>(bytes, places),
            4 => eights::<4>(bytes, places),
            5 => eights::<5>(bytes, places),
            6 => eights::<6>(bytes, places),
            7 => eights::<7>(bytes, places),
            8 => eights::<8>(bytes, places),
            _ => {
                let mask = (1_u128 << width) - 1;
                for (place, bytes) in places.iter_mut().zip(bytes.chunks(width.max(1))) {
                    let whole = |word, &byte| (word << 8) | u128::from(byte);
                    let word = bytes.iter().rev().fold(0, whole);
                    *place = std::array::from_fn(|at| ((word >> (at * width)) & mask) as u16);
                }
            }
        }
    }
}

/// Unpacks numbers of few bits, with every shift known beforehand.
fn eights<const WIDTH: usize>(bytes: &[u8], places: &mut [[u16; 8]]) {
    let (whole, rest) = bytes.as_chunks::<WIDTH>();
    let mut last = [0; WIDTH];
    last.iter_mut().zip(rest).for_each(|(byte, &own)| *byte = own);
    for (place, bytes) in places.iter_mut().zip(whole.iter().chain([&last])) {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes).for_each(|(byte, &own)| *byte = own);
        let word = u64::from_le_bytes(word);
        let mask = u64::MAX >> (64 - WIDTH);
        *place = std::array::from_fn(|at| ((word >> (at * WIDTH)) & mask) as u16);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use proptest::prelude::*;

    use super::{Bytes, Runs};
    use crate::sheet::{Options, Sheet, Source};

    /// What decides how a writer lays a column out.
    #[derive(Clone, Copy, Debug)]
    struct Layout {
        second_version: bool,
        /// Bytes from which on the writer gives its dictionary up.
        dictionary: usize,
        page_rows: usize,
    }

    fn column<T: DataType>(
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        cells: &[Option<T::T>],
    ) {
        let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
        let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
        let mut column = group.next_column().expect("column").expect("left");
        column.typed::<T>().write_batch(&values, Some(&levels), None).expect("written");
        column.close().expect("closed");
    }

    fn file(cells: &[Option<u16>], layout: Layout) -> Vec<u8> {
        let schema = "message m { optional int32 whole; optional binary text (UTF8); optional double real; }";
        let schema = parquet::schema::parser::parse_message_type(schema).expect("schema");
        let version = if layout.second_version {
            WriterVersion::PARQUET_2_0
        } else {
            WriterVersion::PARQUET_1_0
        };
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_dictionary_page_size_limit(layout.dictionary)
            .set_data_page_row_count_limit(layout.page_rows)
            .set_write_batch_size(16)
            .build();
        let mut file =
            SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
                .expect("file");
        let mut group = file.next_row_group().expect("group");
        let of = |cell: &Option<u16>| cell.map(i32::from);
        column::<Int32Type>(&mut group, &cells.iter().map(of).collect::<Vec<_>>());
        let of = |cell: &Option<u16>| cell.map(|cell| ByteArray::from(format!("n{cell}").as_str()));
        column::<ByteArrayType>(&mut group, &cells.iter().map(of).collect::<Vec<_>>());
        let of = |cell: &Option<u16>| cell.map(|cell| f64::from(cell) / 4.0);
        column::<DoubleType>(&mut group, &cells.iter().map(of).collect::<Vec<_>>());
        group.close().expect("closed");
        file.into_inner().expect("bytes")
    }

    #[test]
    fn numbers_beyond_the_page_or_wider_than_they_may_be_are_damage_and_no_answers() {
        let taken = |bytes: &'static [u8], width, count| {
            let mut numbers = Vec::new();
            Runs::<u16>::new(Bytes::from_static(bytes), width).take(count, &mut numbers)?;
            Some(numbers)
        };
        // A packed run of eight numbers of four bits: four bytes.
        assert_eq!(taken(&[3, 0x21, 0x43, 0x65, 0x87], 4, 8), Some(vec![1, 2, 3, 4, 5, 6, 7, 8]));
        assert_eq!(
            taken(&[3, 0x21, 0x43], 4, 4),
            Some(vec![1, 2, 3, 4]),
            "the padding is left out"
        );
        assert_eq!(taken(&[3, 0x21, 0x43], 4, 5), None);
        assert_eq!(taken(&[5, 0x21, 0x43, 0x65, 0x87], 4, 16), None);
        // A run of one value: twice 2, which takes more than one bit.
        assert_eq!(taken(&[4, 2], 2, 2), Some(vec![2, 2]));
        assert_eq!(taken(&[4, 2], 1, 2), None);
    }

    proptest! {
        #[test]
        fn columns_come_back_however_a_writer_lays_them_out(
            runs in prop::collection::vec((prop::option::weighted(0.8, 0_u16..400), 1_usize..40), 1..60),
            second_version in any::<bool>(),
            dictionary in prop_oneof![Just(64_usize), Just(1 << 20)],
            page_rows in 16_usize..300,
            at_once in 1_usize..200,
        ) {
            let cells: Vec<Option<u16>> =
                runs.iter().flat_map(|&(cell, count)| std::iter::repeat_n(cell, count)).collect();
            let bytes = file(&cells, Layout { second_version, dictionary, page_rows });
            let sheet = Sheet::open(Source::memory(bytes), "x.parquet", &Options::default());
            let sheet = sheet.expect("opens");
            let mut read = vec![Vec::new(); 3];
            super::super::read(&sheet, at_once, &mut |block| {
                if let crate::sheet::Block::Cells(block) = block {
                    for (texts, column) in read.iter_mut().zip(&block.columns) {
                        texts.extend((0..column.len()).map(|row| column.text(row)));
                    }
                }
                std::ops::ControlFlow::Continue(Vec::new())
            })
            .expect("reads");
            let texts = |of: &dyn Fn(u16) -> String| -> Vec<String> {
                cells.iter().map(|cell| cell.map(of).unwrap_or_default()).collect()
            };
            prop_assert_eq!(&read[0], &texts(&|cell| cell.to_string()));
            prop_assert_eq!(&read[1], &texts(&|cell| format!("n{cell}")));
            prop_assert_eq!(&read[2], &texts(&|cell| (f64::from(cell) / 4.0).to_string()));
        }
    }
}
