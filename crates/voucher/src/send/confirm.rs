//! Confirms a draft (VO-7): with an identity verification of the caller, for this purpose, bound to this send's content,
//! used once. Reserves the total on the lot, once; a lot that holds less refuses, naming the lots and the way to split
//! (VO-3). A total above the company's limit then waits for a second admin (VO-20).

use boot::token::{KeySet, VERIFICATION, Verified};
use flow::{Account, Caller, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::AccountId;

use super::{PERMISSION, Send, SendId, State, propose_split, table, tell};
use crate::{
    ledger::{self, Movement},
    lot::{self, Lot},
    policy::{self, Policy},
    settings::Settings,
};

/// The purpose the verification must have.
const PURPOSE: &str = "voucher_send";

/// VO-3: nobody to send to.
pub const SEND_HAS_NO_RECIPIENTS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_HAS_NO_RECIPIENTS",
    "This send has no recipients yet. Upload a sheet or add some first.",
    "받는 고객이 없습니다. 먼저 받는 고객을 입력해 주세요.",
);
/// VO-3.
pub const LOT_BALANCE_TOO_LOW: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "LOT_BALANCE_TOO_LOW",
    "This send needs {total} won, its lot has {available}. One send is paid from one lot: split it, for example {split}. \
     What no lot can pay: {missing} won. Your lots: {lots}.",
    "발송 금액은 {total}원인데 구매 건의 잔액은 {available}원입니다. 한 번의 발송은 한 구매 건에서만 할 수 있으니 나누어 \
     발송하세요. 예: {split}. 어느 구매 건으로도 부족한 금액: {missing}원. 구매 건별 잔액: {lots}.",
);
/// VO-7.
pub const VERIFICATION_REQUIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "VERIFICATION_REQUIRED",
    "Verify your identity for this send (purpose voucher_send, bound to its content_hash) and confirm with the token.",
    "이 발송에 대한 본인인증이 필요합니다. 인증 후 다시 시도해 주세요.",
);
/// VO-7.
pub const VERIFICATION_NOT_FOR_THIS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "VERIFICATION_NOT_FOR_THIS",
    "This identity verification is for something else, or the send was changed since. Verify again.",
    "이 발송 내용에 대한 본인인증이 아닙니다. 다시 인증해 주세요.",
);
/// VO-7.
pub const VERIFICATION_USED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "VERIFICATION_USED",
    "This identity verification was used already. Verify again.",
    "이미 사용한 본인인증입니다. 다시 인증해 주세요.",
);
/// VO-8.
pub const SCHEDULE_PASSED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SCHEDULE_PASSED",
    "The scheduled time has passed. Choose a new one and verify again.",
    "예약 시간이 지났습니다. 시간을 변경한 뒤 다시 인증해 주세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmSend {
    /// The draft.
    pub send: SendId,
    /// From identity.
    pub verification: String,
}

impl Send {
    /// Everything about confirming that the send and its lot decide.
    fn confirm(&mut self, lot: &Lot, policy: Policy, by: AccountId, now: Instant) -> Result<(), Refusal> {
        self.is_draft()?;
        lot.usable(words::Day::of(now))?;
        if let Some(at) = self.scheduled_at {
            // The lot may have been changed since the time was chosen: gifts would expire the moment they are made (VO-8).
            lot.usable(words::Day::of(at))?;
        }
        if self.recipients == 0 {
            return Err(SEND_HAS_NO_RECIPIENTS);
        }
        if self.scheduled_at.is_some_and(|at| at <= now) {
            return Err(SCHEDULE_PASSED);
        }
        self.confirmed_at = Some(now);
        self.confirmed_by = Some(by);
        if policy.asks_approval(self.total) {
            self.state = State::AwaitingApproval;
        } else {
            self.go_on(now);
        }
        Ok(())
    }

    /// What is confirmed, and approved where that is asked for, starts or waits for its minute.
    pub(super) fn go_on(&mut self, now: Instant) {
        self.state = if self.scheduled_at.is_some() { State::Scheduled } else { State::Sending };
        if self.state == State::Sending {
            self.started_at = Some(now);
        }
    }
}

impl Verb for ConfirmSend {
    const NAME: &'static str = "ConfirmSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let account = tx.caller().account()?.clone();
        let company = tx.caller().company()?;
        let mut send = table::lock(tx, self.send, company).await?;
        let lot = lot::table::lock(tx, send.lot, Some(company)).await?;
        let content = send.content_hash();
        let policy = policy::table::of(tx.conn(), company).await?;
        send.confirm(&lot, policy, account.id, tx.now())?;
        send.message.kind_ahead(&tx.part::<Settings>().claim_url)?;
        if send.total > lot.buckets.available {
            return Err(too_low(tx, &send, &lot).await?.into());
        }
        verify(tx, &self.verification, &account, send.id, &content).await?;
        if !ledger::table::post(tx, lot.id, Movement::Reserve, send.total, send.id.uuid()).await? {
            return Err(too_low(tx, &send, &lot).await?.into());
        }
        table::save(tx, &mut send).await?;
        if send.state == State::AwaitingApproval {
            tell::waits(tx, &send);
        }
        Ok(send)
    }
}

/// VO-7: signed by identity, of this person and company, for this content, not used before.
pub async fn verify(tx: &Tx, token: &str, account: &Account, send: SendId, content: &str) -> Result<(), Stop> {
    if token.is_empty() {
        return Err(VERIFICATION_REQUIRED.with("content_hash", content).into());
    }
    let verified: Verified =
        tx.part::<KeySet>().verify(token, VERIFICATION, tx.now()).map_err(|_| VERIFICATION_NOT_FOR_THIS)?;
    let fits = verified.purpose == PURPOSE
        && verified.account == Some(account.id)
        && verified.company.is_some()
        && verified.company == account.company
        && verified.content_hash == content;
    if !fits {
        return Err(VERIFICATION_NOT_FOR_THIS.with("content_hash", content).into());
    }
    if table::use_verification(tx, verified.jti, send).await? { Ok(()) } else { Err(VERIFICATION_USED.into()) }
}

async fn too_low(tx: &Tx, send: &Send, lot: &Lot) -> Result<Refusal, Stop> {
    let lots = lot::table::usable(tx.conn(), send.company, tx.today()).await?;
    let split = propose_split::of(tx.conn(), send, &lots).await?;
    let list = |pairs: Vec<String>| if pairs.is_empty() { "-".to_owned() } else { pairs.join("; ") };
    let parts = list(split.parts.iter().map(|part| format!("{} ({})", part.lot, part.amount)).collect());
    let all = list(lots.iter().map(|lot| format!("{} ({})", lot.id, lot.buckets.available)).collect());
    Ok(LOT_BALANCE_TOO_LOW
        .with("total", send.total)
        .with("available", lot.buckets.available)
        .with("missing", split.missing)
        .with("split", parts)
        .with("lots", all)
        .with("lot_id", lot.id))
}
