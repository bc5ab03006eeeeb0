//! Transfers that arrived (BI-27): the desk, and what is decided there.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::Page;
use crate::{
    client::{Client, Failure},
    show::Show,
    words::{money, won},
};

/// What is done at the desk.
#[derive(Debug, Subcommand)]
pub enum Deposits {
    /// The desk, newest first.
    List {
        #[command(flatten)]
        page: Page,
        /// Only in this state.
        #[arg(long)]
        state: Option<State>,
    },
    /// Records the transfer that arrived for an order (`ord_…`) or a voucher purchase (`pur_…`).
    Confirm {
        /// The order or purchase, by its id or its reference.
        #[arg(value_name = "ORDER OR PURCHASE")]
        reference: String,
        /// What arrived.
        #[arg(value_parser = won)]
        amount: i64,
        /// Who sent it, as the bank says.
        #[arg(long, default_value = "")]
        depositor: String,
        /// The bank's own number of the transfer.
        #[arg(long, default_value = "")]
        bank_reference: String,
    },
    /// Decides what is to be done with a deposit that matched nothing exactly.
    Resolve {
        /// The deposit (`dep_…`).
        deposit: String,
        /// What is decided.
        decision: Decision,
        /// With `attach`: the order or purchase it belongs to.
        #[arg(long, default_value = "")]
        reference: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum State {
    Open,
    Applied,
    ReturnDue,
    Returned,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Decision {
    Return,
    Returned,
    Attach,
}

impl Deposits {
    /// Does it.
    pub async fn run(self, client: &Client, show: Show) -> Result<(), Failure> {
        let reply = match self {
            Deposits::List { page, state } => {
                let state = state.map(|state| format!("DEPOSIT_STATE_{}", screaming(state)));
                let message = json!({ "page_size": page.page_size, "page_token": page.page_token, "state": state });
                let columns = [
                    ("DEPOSIT", "depositId"),
                    ("AMOUNT", "amount"),
                    ("OWED", "owed"),
                    ("FROM", "depositorMasked"),
                    ("MATCH", "match"),
                    ("STATE", "state"),
                    ("NEXT", "nextStepEn"),
                ];
                show.list(&client.call("DepositService/ListDeposits", message).await?, "deposits", &columns);
                return Ok(());
            }
            Deposits::Confirm { reference, amount, depositor, bank_reference } => {
                let mut message =
                    json!({ "amount": money(amount), "depositor": depositor, "bank_reference": bank_reference });
                let (rpc, field) = if reference.starts_with("ord_") {
                    ("OrderService/ConfirmDeposit", "order_id")
                } else {
                    ("DepositService/RecordDeposit", "reference")
                };
                message[field] = json!(reference);
                client.call(rpc, message).await
            }
            Deposits::Resolve { deposit, decision, reference } => {
                let decision = format!("DEPOSIT_DECISION_{}", screaming(decision));
                let message = json!({ "deposit_id": deposit, "decision": decision, "reference": reference });
                client.call("DepositService/ResolveDeposit", message).await
            }
        };
        show.one(&reply?);
        Ok(())
    }
}

fn screaming(value: impl ValueEnum) -> String {
    let name = value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    name.replace('-', "_").to_ascii_uppercase()
}
