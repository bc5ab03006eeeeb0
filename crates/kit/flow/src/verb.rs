//! A verb: one thing Dure does. Its file says the rule, decides, and performs; everything around it is the pipeline's.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Caller, Refusal, Stop, Tx, caller::NOT_ALLOWED};

/// A command of parsed words that can be performed in a transaction.
pub trait Verb: Serialize + Send + Sync + 'static {
    /// As in the `.proto`: `PlaceOrder`.
    const NAME: &'static str;

    /// What it answers; kept, sealed, with the request id, so that asking twice answers the same.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Who may, as far as it depends on more than the RPC. Dure itself (an event, a timer) always may; by default nobody else.
    fn permit(&self, _caller: &Caller) -> Result<(), Refusal> {
        Err(NOT_ALLOWED)
    }

    /// Lock, decide, save, announce. No begin, no commit, no call to anything outside.
    fn perform(&self, tx: &mut Tx) -> impl Future<Output = Result<Self::Answer, Stop>> + Send;
}
