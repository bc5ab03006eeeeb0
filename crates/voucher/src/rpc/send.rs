//! Sends.

use std::pin::Pin;

use contract::{
    google::api::HttpBody,
    voucher::v1::{self as pb, send_service_server::SendService},
};
use flow::{Fields, Read, Refusal, Verb};
use futures::Stream;
use tonic::{Request, Response, Status};
use words::{Wrong, text};

use super::{Rpc, caller_of};
use crate::{
    message::{Kind, Message, send_test::SendTestMessage},
    send::{
        self, Send, SendId,
        approve::ApproveSend,
        cancel::CancelSend,
        change::ChangeSend,
        confirm::ConfirmSend,
        create::CreateSend,
        export, progress, propose_split,
        reject::{LONGEST_REASON, RejectSend},
        views,
    },
    settings::Settings,
};

type Progress = Pin<Box<dyn Stream<Item = Result<pb::SendProgress, Status>> + std::marker::Send>>;

#[tonic::async_trait]
impl SendService for Rpc {
    async fn create_send(&self, request: Request<pb::CreateSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, parse_create).await
    }

    async fn get_send(&self, request: Request<pb::GetSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn list_sends(&self, request: Request<pb::ListSendsRequest>) -> Result<Response<pb::ListSendsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn export_sends(&self, request: Request<pb::ExportSendsRequest>) -> Result<Response<HttpBody>, Status> {
        self.flow.read(request, export::export).await
    }

    async fn change_send(&self, request: Request<pb::ChangeSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, parse_change).await
    }

    async fn cancel_send(&self, request: Request<pb::CancelSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, |m| {
            let f = Fields::new();
            let (send,) = f.all((f.parse("send_id", &m.send_id),))?;
            Ok(CancelSend { send })
        })
        .await
    }

    async fn confirm_send(&self, request: Request<pb::ConfirmSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, |m| {
            let f = Fields::new();
            let (send,) = f.all((f.parse("send_id", &m.send_id),))?;
            Ok(ConfirmSend { send, verification: m.verification_token })
        })
        .await
    }

    async fn approve_send(&self, request: Request<pb::ApproveSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, |m| {
            let f = Fields::new();
            let version = f.word("etag", m.etag.parse::<i64>().map_err(|_| NOT_AN_ETAG));
            let (send, version) = f.all((f.parse("send_id", &m.send_id), version))?;
            Ok(ApproveSend { send, version })
        })
        .await
    }

    async fn reject_send(&self, request: Request<pb::RejectSendRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, |m| {
            let f = Fields::new();
            let reason = f.word("reason", text::line(&m.reason, LONGEST_REASON));
            let (send, reason) = f.all((f.parse("send_id", &m.send_id), reason))?;
            Ok(RejectSend { send, reason })
        })
        .await
    }

    async fn send_test_message(
        &self,
        request: Request<pb::SendTestMessageRequest>,
    ) -> Result<Response<pb::SendTestMessageReply>, Status> {
        let parse = |m: pb::SendTestMessageRequest| {
            let f = Fields::new();
            let (send,) = f.all((f.parse("send_id", &m.send_id),))?;
            Ok(SendTestMessage { send })
        };
        let render = |kind: Kind| pb::SendTestMessageReply { message_kind: views::message_kind(kind).into() };
        self.flow.write(request, parse, render).await
    }

    async fn propose_split(
        &self,
        request: Request<pb::ProposeSplitRequest>,
    ) -> Result<Response<pb::ProposeSplitReply>, Status> {
        self.flow.read(request, propose_split::propose).await
    }

    async fn get_send_progress(
        &self,
        request: Request<pb::GetSendProgressRequest>,
    ) -> Result<Response<pb::SendProgress>, Status> {
        self.flow.read(request, progress::get).await
    }

    type WatchSendProgressStream = Progress;

    async fn watch_send_progress(
        &self,
        request: Request<pb::WatchSendProgressRequest>,
    ) -> Result<Response<Self::WatchSendProgressStream>, Status> {
        let caller = caller_of(&request);
        let watched = progress::watch(self.flow.clone(), caller, request.into_inner().send_id).await?;
        Ok(Response::new(Box::pin(watched)))
    }
}

impl Rpc {
    /// A write that answers the send as it is shown after it.
    pub(super) async fn changed<M, V>(
        &self,
        request: Request<M>,
        parse: impl FnOnce(M) -> Result<V, Refusal>,
    ) -> Result<Response<pb::Send>, Status>
    where
        M: contract::Requested,
        V: Verb<Answer = Send>,
    {
        let caller = caller_of(&request);
        let send = self.flow.write(request, parse, |send| send).await?.into_inner();
        let read = Read::new(&self.flow, caller);
        Ok(Response::new(views::one(read.conn(), &send, &read.part::<Settings>()).await?))
    }
}

const NO_TYPE: Wrong =
    Wrong::new("TYPE_MISSING", "Say whether it is immediate or scheduled.", "즉시발송 또는 예약발송을 선택하세요.");

fn parse_create(m: pb::CreateSendRequest) -> Result<CreateSend, Refusal> {
    let f = Fields::new();
    let given = m.scheduled_time.as_ref();
    let scheduled_at = match m.r#type() {
        pb::SendType::Immediate => f.must(given.is_none(), "scheduled_time", NOT_SCHEDULED).map(|()| None),
        pb::SendType::Scheduled => f.word("scheduled_time", contract::instant(given)).map(Some),
        pb::SendType::Unspecified => f.word("type", Err(NO_TYPE)),
    };
    let (lot, title, message, scheduled_at) = f.all((
        f.parse("lot_id", &m.lot_id),
        f.word("title", send::title(&m.title)),
        f.word("message", message(m.message.as_ref())),
        scheduled_at,
    ))?;
    Ok(CreateSend { lot, title, scheduled_at, message })
}

const NOT_SCHEDULED: Wrong = Wrong::new(
    "NOT_SCHEDULED",
    "An immediate send has no scheduled time.",
    "즉시발송에는 예약 시간을 입력하지 않습니다.",
);

fn parse_change(m: pb::ChangeSendRequest) -> Result<ChangeSend, Refusal> {
    let f = Fields::new();
    let r#type = m.r#type();
    let given = m.scheduled_time.as_ref();
    let scheduled_at = match (r#type, given) {
        (pb::SendType::Immediate, None) => Some(Some(None)),
        (pb::SendType::Immediate, Some(_)) => f.word("scheduled_time", Err(NOT_SCHEDULED)),
        (pb::SendType::Scheduled, _) | (_, Some(_)) => {
            f.word("scheduled_time", contract::instant(given)).map(|at| Some(Some(at)))
        }
        (pb::SendType::Unspecified, None) => Some(None),
    };
    let title = m.title.as_deref().map_or(Some(None), |title| f.word("title", send::title(title)).map(Some));
    let words = m.message.as_ref().map_or(Some(None), |given| f.word("message", message(Some(given))).map(Some));
    let lot = f.optional("lot_id", m.lot_id.as_deref().unwrap_or_default());
    let version = etag(&f, &m.etag);
    let (send, title, scheduled_at, message, lot, version) =
        f.all((f.parse::<SendId>("send_id", &m.send_id), title, scheduled_at, words, lot, version))?;
    let verification = m.verification_token;
    Ok(ChangeSend { title, scheduled_at, message, lot, verification, version, ..ChangeSend::nothing(send) })
}

/// The version it was read at, if the caller says.
pub(super) fn etag(f: &Fields, given: &str) -> Option<Option<i64>> {
    match given {
        "" => Some(None),
        etag => f.word("etag", etag.parse::<i64>().map_err(|_| NOT_AN_ETAG)).map(Some),
    }
}

const NOT_AN_ETAG: Wrong =
    Wrong::new("NOT_AN_ETAG", "Give back the etag as you read it.", "조회한 etag 를 그대로 보내 주세요.");

fn message(given: Option<&pb::SendMessage>) -> Result<Message, Wrong> {
    let given = given.ok_or(Wrong::MISSING)?;
    Message::new(&given.subject, &given.body)
}
