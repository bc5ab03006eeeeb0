//! Sends a code to a phone (VO-10); an earlier live one for the same phone is dead from now on. Held back by phone and by
//! address before a text is paid for (VO-11), and the same for a phone that has no gift.

use contract::{
    ask,
    notification::v1::{MessagesRequested, Priority},
};
use flow::{Caller, Instant, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::Phone;

use super::{CODE_LASTS, PhoneProofId, table};
use crate::{settings::Settings, throttle::Limit};

const TEMPLATE: &str = "one-time-code";

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct StartPhoneProof {
    /// The recipient's.
    pub phone: Phone,
}

/// A code is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Started {
    /// To confirm it by.
    pub id: PhoneProofId,
    /// Where the code went.
    pub phone: Phone,
    /// Until when it can be given.
    pub expires_at: Instant,
}

impl Verb for StartPhoneProof {
    const NAME: &'static str = "StartPhoneProof";
    type Answer = Started;

    /// A recipient has no account.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Started, Stop> {
        for limit in limits(tx, &self.phone) {
            limit.count(tx).await?;
        }
        let started = Started { id: tx.id(), phone: self.phone.clone(), expires_at: tx.now() + CODE_LASTS };
        let code = words::one_time_code();
        table::replace(tx, &started, code.expose()).await?;
        let minutes = CODE_LASTS.num_minutes().to_string();
        let message = ask::message(
            tx.sealer(),
            started.id.uuid(),
            TEMPLATE,
            Priority::Urgent,
            "",
            "",
            self.phone.clone().into(),
            [("code", code.into_inner()), ("minutes", minutes)],
            Vec::new(),
        );
        tx.announce(started.id, 1, MessagesRequested { messages: vec![message] });
        Ok(started)
    }
}

fn limits(tx: &Tx, phone: &Phone) -> Vec<Limit> {
    let settings = tx.part::<Settings>();
    let limit = |counted: String, most| Limit {
        counted: tx.sealer().digest(counted.as_bytes()).to_vec(),
        window: chrono::Duration::hours(1),
        most,
    };
    let by_phone = limit(format!("phone codes {phone}"), settings.phone_codes_per_phone);
    let address = tx.caller().address;
    let by_address = address.map(|from| limit(format!("phone codes from {from}"), settings.phone_codes_per_address));
    by_address.into_iter().chain([by_phone]).collect()
}
