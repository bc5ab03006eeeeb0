//! Adds some recipients typed by hand to a draft (VO-3, VO-5): the rules for a row are those of the sheet.

use contract::voucher::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::{Money, Phone, Wrong};

use super::{Recipient, table};
use crate::{
    amount::Amount,
    send::{self, PERMISSION, SendId},
    sheet::judge::recipient_name,
};

const MOST_AT_ONCE: usize = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct AddRecipients {
    /// The draft.
    pub send: SendId,
    /// Name, phone, amount.
    pub recipients: Vec<(String, Phone, Amount)>,
}

/// What the send has now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Has {
    /// How many recipients.
    pub recipients: i64,
    /// What they get together.
    pub total: Money,
}

/// The command as it came in: every wrong field of every recipient is named.
pub fn parse(m: pb::AddRecipientsRequest) -> Result<AddRecipients, Refusal> {
    const HOW_MANY: Wrong = Wrong::new("HOW_MANY", "Give 1 to 100 recipients.", "받는 고객을 1~100명 입력하세요.");
    let f = Fields::new();
    let send = f.parse("send_id", &m.send_id);
    let few = f.must((1..=MOST_AT_ONCE).contains(&m.recipients.len()), "recipients", HOW_MANY);
    let recipients: Option<Vec<_>> = m
        .recipients
        .iter()
        .take(MOST_AT_ONCE)
        .enumerate()
        .map(|(at, new)| {
            let field = |name: &str| format!("recipients[{at}].{name}");
            let name = f.word(&field("name"), recipient_name(&new.name));
            let phone = f.parse::<Phone>(&field("phone"), &new.phone);
            let amount = f.word(&field("amount"), contract::won(new.amount.as_ref()).and_then(Amount::new));
            Some((name?, phone?, amount?))
        })
        .collect();
    let (send, (), recipients) = f.all((send, few, recipients))?;
    Ok(AddRecipients { send, recipients })
}

impl Verb for AddRecipients {
    const NAME: &'static str = "AddRecipients";
    type Answer = Has;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Has, Stop> {
        let company = tx.caller().company()?;
        let mut send = send::table::lock(tx, self.send, company).await?;
        send.is_draft()?;
        let numbers = send.next_number..;
        let recipients: Vec<Recipient> = numbers
            .zip(&self.recipients)
            .map(|(number, (name, phone, amount))| Recipient {
                id: tx.id(),
                number,
                name: name.clone(),
                phone: phone.as_str().to_owned(),
                amount: amount.money(),
            })
            .collect();
        table::insert(tx, send.id, &recipients).await?;
        send.next_number = recipients.last().map_or(send.next_number, |last| last.number + 1);
        let sum = table::sum(tx.conn(), send.id).await?;
        (send.recipients, send.total) = (sum.count, Money::from_won(sum.total));
        send::table::save(tx, &mut send).await?;
        Ok(Has { recipients: send.recipients, total: send.total })
    }
}
