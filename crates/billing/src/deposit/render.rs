//! A deposit as it is answered, with its next step (BI-27).

use contract::{billing::v1 as pb, money, timestamp};
use words::Money;

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
        next_step_ko: ko,
        next_step_en: en,
        to_return: Some(d.to_return).filter(|m| m.is_positive()).and_then(money),
        returned: Some(d.returned).filter(|m| m.is_positive()).and_then(money),
        trail: d.trail.render(),
    }
}

fn next_step(d: &Deposit) -> (String, String) {
    let rest = |of: Option<Money>, less: Money| of.and_then(|m| m.checked_sub(less)).unwrap_or_default();
    let owed = d.owed.unwrap_or_default();
    let say = |ko: &str, en: &str| (ko.to_owned(), en.to_owned());
    match (d.state, d.matched) {
        (State::Applied, _) if d.purchase.is_some() => say("구매를 승인하세요.", "Approve the purchase."),
        (State::Applied | State::Returned, _) => say("", ""),
        (State::ReturnDue, _) => {
            let due = if d.to_return.is_zero() { d.amount } else { d.to_return };
            (format!("{due}원을 반환하세요."), format!("Send {due} won back."))
        }
        (State::Open, Match::Short) => {
            let rest = rest(d.owed, d.amount);
            (
                format!("부족분 {rest}원을 요청하거나 전액 반환하세요."),
                format!("Ask for the missing {rest} won, or send all of it back."),
            )
        }
        (State::Open, Match::Over) => {
            let rest = rest(Some(d.amount), owed);
            (
                format!("{owed}원만 사용하고 {rest}원을 반환하거나 전액 반환하세요."),
                format!("Keep the {owed} won owed and send {rest} won back, or send all of it back."),
            )
        }
        (State::Open, Match::Late | Match::Twice) => say("반환하세요.", "Send it back."),
        (State::Open, Match::Exact | Match::Stranger) => {
            say("해당 주문에 연결하거나 반환하세요.", "Attach it to what it was for, or send it back.")
        }
    }
}
