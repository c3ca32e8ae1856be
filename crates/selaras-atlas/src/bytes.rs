//! A topology as bytes: small numbers, the same for the same map. Compress them.

use crate::topology::{Arc, ArcRef, Polygon, Shape, Topology};

/// First byte: the layout that follows.
const LAYOUT: u8 = 1;

/// The bytes are not those of a topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topology of layout {LAYOUT}")]
pub struct BrokenTopology;

impl Topology {
    /// The map as bytes: step, arcs as differences, shapes; numbers as variable-length integers
    /// (LEB128, signed ones zigzag).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![LAYOUT];
        bytes.extend(self.step.to_le_bytes());
        put(&mut bytes, self.arcs.len() as u64);
        for arc in &self.arcs {
            put(&mut bytes, arc.len() as u64);
            let mut last = [0, 0];
            for point in arc {
                for axis in 0..2 {
                    put_signed(&mut bytes, i64::from(point[axis]) - i64::from(last[axis]));
                }
                last = *point;
            }
        }
        put(&mut bytes, self.shapes.len() as u64);
        for shape in &self.shapes {
            put(&mut bytes, shape.code.len() as u64);
            bytes.extend(shape.code.as_bytes());
            bytes.push(u8::from(shape.mark));
            put(&mut bytes, shape.polygons.len() as u64);
            let mut last = 0;
            for polygon in &shape.polygons {
                put(&mut bytes, polygon.holes.len() as u64);
                for ring in polygon.rings() {
                    put(&mut bytes, ring.len() as u64);
                    for reference in ring {
                        let arc = reference.arc() as i64;
                        put_signed(&mut bytes, arc - last);
                        bytes.push(u8::from(reference.backwards()));
                        last = arc;
                    }
                }
            }
        }
        bytes
    }

    /// The map that [`Topology::to_bytes`] wrote.
    ///
    /// # Errors
    /// The bytes end early, go on after the end, or refer to arcs that are not there.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenTopology> {
        let mut reader = Reader { rest: bytes };
        if reader.byte()? != LAYOUT {
            return Err(BrokenTopology);
        }
        let mut step = [0; 8];
        for byte in &mut step {
            *byte = reader.byte()?;
        }
        let step = f64::from_le_bytes(step);
        if !(step.is_finite() && step > 0.0) {
            return Err(BrokenTopology);
        }
        let arcs = reader.list(|reader| {
            let mut last = [0_i64, 0];
            reader.list(|reader| {
                for axis in &mut last {
                    *axis = axis.checked_add(reader.signed()?).ok_or(BrokenTopology)?;
                }
                let [x, y] = last.map(i32::try_from);
                Ok([x.map_err(|_| BrokenTopology)?, y.map_err(|_| BrokenTopology)?])
            })
        })?;
        if arcs.len() > i32::MAX as usize || arcs.iter().any(|arc: &Arc| arc.len() < 2) {
            return Err(BrokenTopology);
        }
        let shapes = reader.list(|reader| {
            let code = reader.list(Reader::byte)?;
            let code = String::from_utf8(code).map_err(|_| BrokenTopology)?;
            let mark = reader.byte()? != 0;
            let mut last = 0_i64;
            let polygons = reader.list(|reader| {
                let holes = reader.number()?;
                let mut ring = |reader: &mut Reader| {
                    reader.list(|reader| {
                        last = last.checked_add(reader.signed()?).ok_or(BrokenTopology)?;
                        let arc = usize::try_from(last).map_err(|_| BrokenTopology)?;
                        let backwards = reader.byte()? != 0;
                        arcs.get(arc).map(|_| ArcRef::new(arc, backwards)).ok_or(BrokenTopology)
                    })
                };
                let outer = ring(reader)?;
                let holes = (0..holes).map(|_| ring(reader)).collect::<Result<_, _>>()?;
                Ok(Polygon { outer, holes })
            })?;
            Ok(Shape { code, polygons, mark })
        })?;
        if reader.rest.is_empty() { Ok(Self { step, arcs, shapes }) } else { Err(BrokenTopology) }
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, BrokenTopology> {
        let (&first, rest) = self.rest.split_first().ok_or(BrokenTopology)?;
        self.rest = rest;
        Ok(first)
    }

    fn number(&mut self) -> Result<u64, BrokenTopology> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BrokenTopology)
    }

    fn signed(&mut self) -> Result<i64, BrokenTopology> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A counted list; every entry takes at least a byte, so that a false count ends early.
    fn list<T>(
        &mut self,
        mut entry: impl FnMut(&mut Self) -> Result<T, BrokenTopology>,
    ) -> Result<Vec<T>, BrokenTopology> {
        let count = self.number()?;
        if count > self.rest.len() as u64 {
            return Err(BrokenTopology);
        }
        (0..count).map(|_| entry(self)).collect()
    }
}
