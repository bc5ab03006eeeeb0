//! A deposit as it is answered, with its next step (BI-27).

use contract::{billing::v1 as pb, money, timestamp};

use super::{Deposit, Match, State};

/// The deposit.
pub fn render(d: Deposit) -> pb::Deposit {
    let matched = match d.matched {
        Match::Exact => pb::DepositMatch::Exact,
        Match::Short => pb::DepositMatch::Short,
        Match::Over => pb::DepositMatch::Over,
        Match::Late => pb::DepositMatch::Late,
        Match::Twice => pb::DepositMatch::Twice,
        Match::Stranger => pb::DepositMatch::Stranger,
    };
    let state = match d.state {
        State::Open => pb::DepositState::Open,
        State::Applied => pb::DepositState::Applied,
        State::ReturnDue => pb::DepositState::ReturnDue,
        State::Returned => pb::DepositState::Returned,
    };
    let (ko, en) = next_step(&d);
    pb::Deposit {
        deposit_id: d.id.to_string(),
        amount: money(d.amount),
        depositor_masked: d.depositor_masked,
        reference: d.reference,
        r#match: matched.into(),
        state: state.into(),
        order_id: d.order.map(|id| id.to_string()).unwrap_or_default(),
        purchase_id: d.purchase.map(|id| id.to_string()).unwrap_or_default(),
        owed: d.owed.and_then(money),
        create_time: timestamp(d.recorded_at),
        next_step_ko: ko.into(),
        next_step_en: en.into(),
    }
}

fn next_step(d: &Deposit) -> (&'static str, &'static str) {
    match (d.state, d.matched) {
        (State::Applied, _) if d.purchase.is_some() => ("구매를 승인하세요.", "Approve the purchase."),
        (State::Applied | State::Returned, _) => ("", ""),
        (State::ReturnDue, _) => ("전액 반환하세요.", "Send all of it back."),
        (State::Open, Match::Short) => {
            ("부족분을 요청하거나 반환하세요.", "Ask for the exact amount anew and send this back.")
        }
        (State::Open, Match::Over) => {
            ("반환하고 정확한 금액을 요청하세요.", "Send it back and ask for the exact amount.")
        }
        (State::Open, Match::Late | Match::Twice) => ("반환하세요.", "Send it back."),
        (State::Open, Match::Exact | Match::Stranger) => {
            ("해당 주문에 연결하거나 반환하세요.", "Attach it to what it was for, or send it back.")
        }
    }
}
