//! Plans as data: documents of any office as frozen versions of comparable rows.
//!
//! A plan comes in as sheets and leaves as sheets. Between, a row carries everything by which two
//! plans are compared, and nothing that the file did not say. Codes have one normal form
//! ([`Code`]), money is whole rupiah ([`Rupiah`]), targets are exact decimals or text
//! ([`Decimal`]); no amount or target passes through a floating-point number.

pub mod code;
pub mod decimal;
pub mod document;
pub mod export;
pub mod import;
pub mod money;
mod names;
pub mod nomenclature;
pub mod period;
pub mod redline;
pub mod row;
pub mod terms;

pub use code::{Code, CodeLevel, FoundCode, Side};
pub use decimal::{Decimal, Writing};
pub use document::{Document, DocumentKind, Head, NotAVersion, Stage, Version};
pub use money::Rupiah;
pub use nomenclature::{Crosswalk, Nomenclature, RegionKind};
pub use period::{Precision, Span};
pub use row::{
    Arrangement, Baseline, CalculationRule, Direction, Indicator, IndicatorStanding, Measure,
    MeasureKind, Money, MoneyKind, Origin, Place, Priority, PrioritySet, Provenance, Reading, Row,
    RowKey, RowLevel, Tag, Value,
};
pub use terms::{Term, TermList, Terms};
