//! Lists that leave a service as a file (S54, S55): an Excel sheet of masked rows, no more than a file may hold, in which
//! nothing typed can become a formula. Whoever takes one says why, and the audit trail has it before the file is given.
//!
//! ```ignore
//! let leaving = Leaving::new("sends", &m.reason)?.of(company);
//! SHEET.give(&read, leaving, pages).await
//! ```

mod cell;
mod leaving;
mod sheet;

pub use cell::{Cell, time};
pub use leaving::Leaving;
pub use sheet::{EXCEL, EXPORT_TOO_LARGE, Sheet, whole};
