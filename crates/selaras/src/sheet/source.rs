//! Where the bytes of a file come from: an open file, or memory.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use parquet::file::reader::{ChunkReader, Length};
use sha2::{Digest, Sha256};

/// The bytes of one file. Clones share the bytes; every reader has a position of its own, so that
/// several threads read one open file at once and what is hashed is what is parsed.
#[derive(Clone, Debug)]
pub struct Source {
    bytes: Held,
    length: u64,
}

#[derive(Clone, Debug)]
enum Held {
    File(Arc<File>),
    Memory(Bytes),
}

impl Source {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { bytes: Held::File(Arc::new(file)), length })
    }

    /// Takes `bytes` as the content of a file.
    #[must_use]
    pub fn memory(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, bytes: Held::Memory(bytes.into()) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A reader from the first byte.
    #[must_use]
    pub fn reader(&self) -> SourceReader {
        SourceReader { source: self.clone(), at: 0 }
    }

    /// SHA-256 of all bytes, lower-case hex.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn sha256(&self) -> io::Result<String> {
        let mut reader = self.reader();
        let mut hasher = Sha256::new();
        let mut buffer = vec![0_u8; 256 * 1024];
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(hex(&hasher.finalize()))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.bytes {
            #[cfg(unix)]
            Held::File(file) => std::os::unix::fs::FileExt::read_at(&**file, buffer, offset),
            #[cfg(windows)]
            Held::File(file) => std::os::windows::fs::FileExt::seek_read(&**file, buffer, offset),
            Held::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let mut rest = bytes.get(start..).unwrap_or_default();
                rest.read(buffer)
            }
        }
    }
}

/// `bytes` in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A reader of a [`Source`] with a position of its own.
#[derive(Clone, Debug)]
pub struct SourceReader {
    source: Source,
    at: u64,
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(by) => self.source.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = BufReader<SourceReader>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        // The heads of pages are read byte by byte.
        Ok(BufReader::with_capacity(512, SourceReader { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // A length beyond the file is a lie of the file's own directory: never allocate for it.
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(parquet::errors::ParquetError::EOF(String::new()));
        }
        let mut buffer = vec![0_u8; length];
        SourceReader { source: self.clone(), at: start }.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}
