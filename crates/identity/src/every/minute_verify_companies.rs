//! Each minute: companies the registry was silent about are asked about again (ID-4). The call stands outside any
//! transaction; the verb records the answer only if the company is as it was asked about.

use flow::{Caller, Done, Flow, Read, Slot, Stop};

use crate::{
    company::{record_verification::RecordVerification, views},
    outside::registry::{Answer, Registry},
};

const AT_A_TIME: u64 = 20;

/// One turn.
pub async fn every(flow: Flow, _: Slot) -> Result<Done, Stop> {
    let registry = flow.part::<Registry>();
    for company in views::unverified(&Read::new(&flow, Caller::dure()), AT_A_TIME).await? {
        let (firm, version) = company.question();
        let said = registry.verify(&firm).await;
        if said.answer == Answer::Unavailable {
            // It is away for everybody: the next turn asks again.
            break;
        }
        flow.run_own(RecordVerification { company: company.id(), version, said }).await?;
    }
    Ok(Done::All)
}
