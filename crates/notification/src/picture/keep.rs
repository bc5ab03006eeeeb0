//! Keeps a picture that messages will carry (NO-1), sealed as it came (NO-4). Offered again, it is kept longer.

use flow::{Stop, Tx, Verb};
use serde::Serialize;

use super::table;

/// The command.
#[derive(Debug, Serialize)]
pub struct KeepPicture {
    /// What messages call it.
    pub digest: String,
    /// As it came; follows from the digest.
    #[serde(skip)]
    pub sealed: Vec<u8>,
}

impl Verb for KeepPicture {
    const NAME: &'static str = "KeepPicture";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        Ok(table::keep(tx, &self.digest, &self.sealed).await?)
    }
}
