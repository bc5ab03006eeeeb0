//! Sends as their company sees them (VO-13): counts and amounts by outcome, shares in hundredths of a percent.

use std::collections::HashMap;

use contract::{money, timestamp, voucher::v1 as pb};
use flow::{Fields, Page, Read, Stop};
use sea_orm::ConnectionTrait;
use words::{Day, Money, Wrong};

use super::{SEND_NOT_FOUND, Send, SendId, State, table};
use crate::{
    gift::{self, table::Figure},
    message::Kind,
    settings::Settings,
};

/// `GetSend`.
pub async fn get(read: Read, m: pb::GetSendRequest) -> Result<pb::Send, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SendId>("send_id", &m.send_id),))?;
    let send = table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    one(read.conn(), &send, &read.part::<Settings>()).await
}

/// `ListSends`.
pub async fn list(read: Read, m: pb::ListSendsRequest) -> Result<pb::ListSendsReply, Stop> {
    let company = read.caller().company()?;
    let filter = filter(&m)?;
    let page = Page::parse(m.page_size, &m.page_token, &(company, &filter))?;
    let mut sends = table::page(read.conn(), company, &filter, &page).await?;
    let next_page_token = page.cut(&mut sends, |send| send.id.uuid().to_string());
    let ids: Vec<SendId> = sends.iter().map(|send| send.id).collect();
    let figures = gift::table::figures(read.conn(), &ids).await?;
    let settings = read.part::<Settings>();
    let empty = HashMap::new();
    let sends = sends.iter().map(|send| render(send, figures.get(&send.id).unwrap_or(&empty), &settings));
    Ok(pb::ListSendsReply { sends: sends.collect(), next_page_token })
}

/// One send with its figures.
pub async fn one(conn: &impl ConnectionTrait, send: &Send, settings: &Settings) -> Result<pb::Send, Stop> {
    let figures = gift::table::figures(conn, &[send.id]).await?;
    Ok(render(send, figures.get(&send.id).unwrap_or(&HashMap::new()), settings))
}

pub(super) fn filter(m: &pb::ListSendsRequest) -> Result<table::Filter, Stop> {
    const BEFORE: Wrong =
        Wrong::new("BEFORE_FROM", "The last day is before the first.", "종료일이 시작일보다 빠릅니다.");
    let f = Fields::new();
    let day = |field: &str, date: &Option<contract::google::r#type::Date>| match date {
        None => Some(None),
        Some(date) => f.word(field, contract::day(Some(date))).map(Some),
    };
    let (from, to) = (day("from_day", &m.from_day), day("to_day", &m.to_day));
    let in_order = from.flatten().zip(to.flatten()).is_none_or(|(from, to): (Day, Day)| from <= to);
    let ((), from, to) = f.all((f.must(in_order, "to_day", BEFORE), from, to))?;
    let scheduled = match m.r#type() {
        pb::SendType::Unspecified => None,
        pb::SendType::Immediate => Some(false),
        pb::SendType::Scheduled => Some(true),
    };
    let state = match m.state() {
        pb::SendState::Unspecified => None,
        pb::SendState::Draft => Some(State::Draft),
        pb::SendState::AwaitingApproval => Some(State::AwaitingApproval),
        pb::SendState::Scheduled => Some(State::Scheduled),
        pb::SendState::Sending => Some(State::Sending),
        pb::SendState::Completed => Some(State::Completed),
        pb::SendState::Cancelled => Some(State::Cancelled),
    };
    Ok(table::Filter { from, to, scheduled, state })
}

/// A state as it is shown.
pub fn state(of: State) -> pb::SendState {
    match of {
        State::Draft => pb::SendState::Draft,
        State::AwaitingApproval => pb::SendState::AwaitingApproval,
        State::Scheduled => pb::SendState::Scheduled,
        State::Sending => pb::SendState::Sending,
        State::Completed => pb::SendState::Completed,
        State::Cancelled => pb::SendState::Cancelled,
    }
}

fn render(send: &Send, gifts: &HashMap<gift::State, Figure>, settings: &Settings) -> pb::Send {
    let kind = match send.message.kind_ahead(&settings.claim_url) {
        Ok(kind) => message_kind(kind),
        Err(_) => pb::MessageKind::Unspecified,
    };
    let r#type = if send.scheduled_at.is_some() { pb::SendType::Scheduled } else { pb::SendType::Immediate };
    pb::Send {
        send_id: send.id.to_string(),
        lot_id: send.lot.to_string(),
        applicant_account_id: send.applicant.to_string(),
        title: send.title.clone(),
        r#type: r#type.into(),
        scheduled_time: send.scheduled_at.and_then(timestamp),
        message: Some(pb::SendMessage { subject: send.message.subject.clone(), body: send.message.body.clone() }),
        message_kind: kind.into(),
        state: state(send.state).into(),
        recipient_count: send.recipients,
        total: money(send.total),
        content_hash: send.content_hash(),
        outcome: Some(outcome(send, gifts)),
        create_time: timestamp(send.created_at),
        confirm_time: send.confirmed_at.and_then(timestamp),
        send_time: send.started_at.and_then(timestamp),
        end_time: send.ended_at.and_then(timestamp),
        etag: send.version.to_string(),
        confirmer_account_id: send.confirmed_by.map(|by| by.to_string()).unwrap_or_default(),
        decider_account_id: send.decided_by.map(|by| by.to_string()).unwrap_or_default(),
        decide_time: send.decided_at.and_then(timestamp),
        rejection_reason: send.rejection.clone().unwrap_or_default(),
        image_digest: send.message.image.clone().unwrap_or_default(),
    }
}

/// How a message travels, as it is shown.
pub fn message_kind(kind: Kind) -> pb::MessageKind {
    match kind {
        Kind::Sms => pb::MessageKind::Sms,
        Kind::Lms => pb::MessageKind::Lms,
        Kind::Mms => pb::MessageKind::Mms,
    }
}

/// VO-13: before dispatch all count as unclaimed, on cancel as recalled; while gifts are issued, those still to come are
/// unclaimed too.
pub fn outcome(send: &Send, gifts: &HashMap<gift::State, Figure>) -> pb::SendOutcome {
    let of = |state| gifts.get(&state).copied().unwrap_or_default();
    let all = Figure { count: send.recipients, amount: send.total };
    let ended = [gift::State::Claimed, gift::State::Recalled, gift::State::Declined, gift::State::Expired];
    let rest = ended.into_iter().fold(all, |rest, state| Figure {
        count: rest.count - of(state).count,
        amount: rest.amount.checked_sub(of(state).amount).unwrap_or(Money::ZERO),
    });
    let cancelled = send.state == State::Cancelled;
    let show = |figure: Figure| {
        Some(pb::OutcomeFigure {
            count: figure.count,
            amount: money(figure.amount),
            share_basis_points: share(figure.count, all.count),
        })
    };
    pb::SendOutcome {
        sent: show(all),
        claimed: show(of(gift::State::Claimed)),
        unclaimed: show(if cancelled { Figure::default() } else { rest }),
        recalled: show(if cancelled { all } else { of(gift::State::Recalled) }),
        declined: show(of(gift::State::Declined)),
        expired: show(of(gift::State::Expired)),
    }
}

/// Hundredths of a percent, rounded half up.
fn share(part: i64, all: i64) -> i32 {
    if all <= 0 {
        return 0;
    }
    i32::try_from((part * 20_000 + all) / (2 * all)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_two_decimals() {
        // VO-13
        assert_eq!((share(1, 3), share(2, 3), share(7, 7), share(0, 7), share(0, 0)), (3_333, 6_667, 10_000, 0, 0));
    }
}
