//! Telling the audit trail that a list left as a file (S55): why, and from which address, is sealed on the way, so that the
//! event holds nothing personal in clear. Only identity opens it.

use prost::Message as _;
use words::{BadSeal, Sealer};

pub use crate::identity::v1::{DataExported, ExportCircumstances};

/// What it is sealed for.
const CONTEXT: &str = "export";

/// For [`DataExported::sealed`].
pub fn seal(sealer: &Sealer, reason: String, address: String) -> Vec<u8> {
    sealer.seal(CONTEXT, &ExportCircumstances { reason, address }.encode_to_vec())
}

/// Opens what [`seal`] sealed.
pub fn open(sealer: &Sealer, sealed: &[u8]) -> Result<ExportCircumstances, BadSeal> {
    ExportCircumstances::decode(sealer.open(CONTEXT, sealed)?.as_slice()).map_err(|_| BadSeal)
}
