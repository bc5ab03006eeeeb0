//! What identity does as time passes, a file each.

pub mod day_sweep;
pub mod hour_sweep_documents;
pub mod minute_verify_companies;
