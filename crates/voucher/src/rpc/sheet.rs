//! Sheets and recipients.

use contract::{
    google::api::HttpBody,
    money,
    voucher::v1::{
        self as pb, recipient_service_server::RecipientService, sheet_service_server::SheetService,
        upload_sheet_request::Part,
    },
};
use flow::{Caller, Fault, Fields, Read, Refusal, Stop};
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;
use words::Wrong;

use super::{Rpc, caller_of};
use crate::{
    recipient::{
        RecipientId,
        add::{self, Has},
        remove::{RemoveRecipients, Removed},
        take::{TakeRecipients, Taken},
        views as recipients,
    },
    send::{self, SEND_NOT_FOUND, SendId},
    sheet::{LARGEST_FILE, Unreadable, download_template, upload::UploadSheet, views},
};

#[tonic::async_trait]
impl SheetService for Rpc {
    async fn download_template(&self, _: Request<pb::DownloadTemplateRequest>) -> Result<Response<HttpBody>, Status> {
        let data = download_template::template().map_err(|error| Stop::from(Fault::bug(error)))?;
        Ok(Response::new(HttpBody {
            content_type: download_template::CONTENT_TYPE.to_owned(),
            data,
            extensions: Vec::new(),
        }))
    }

    async fn upload_sheet(
        &self,
        request: Request<Streaming<pb::UploadSheetRequest>>,
    ) -> Result<Response<pb::Sheet>, Status> {
        let caller = caller_of(&request);
        let mut parts = request.into_inner();
        let (request_id, send) = head(parts.message().await?)?;
        self.is_for_a_draft(&caller, send).await?;
        let bytes = body(&mut parts).await?;
        let digest = Sha256::digest(&bytes).into();
        let turn = self.reading.acquire().await.map_err(|closed| Stop::from(Fault::bug(closed)))?;
        let judged = self.reader.read(bytes).await?;
        drop(turn);
        let sheet = self.flow.run(caller.clone(), request_id, UploadSheet { send, digest, judged }).await?;
        let read = Read::new(&self.flow, caller);
        Ok(Response::new(views::render(read.conn(), &sheet).await?))
    }

    async fn get_sheet(&self, request: Request<pb::GetSheetRequest>) -> Result<Response<pb::Sheet>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn list_sheet_rows(
        &self,
        request: Request<pb::ListSheetRowsRequest>,
    ) -> Result<Response<pb::ListSheetRowsReply>, Status> {
        self.flow.read(request, views::rows).await
    }
}

impl Rpc {
    /// Before a file is read for it.
    async fn is_for_a_draft(&self, caller: &Caller, send: SendId) -> Result<(), Stop> {
        let read = Read::new(&self.flow, caller.clone());
        let found = send::table::find(read.conn(), send, caller.company()?).await?.ok_or(SEND_NOT_FOUND)?;
        Ok(found.is_draft()?)
    }
}

/// The first part: what the file is for.
fn head(part: Option<pb::UploadSheetRequest>) -> Result<(Uuid, SendId), Refusal> {
    const HEAD_FIRST: Wrong = Wrong::new(
        "HEAD_FIRST",
        "The first part of an upload says what it is for.",
        "업로드의 첫 부분에는 head가 필요합니다.",
    );
    const NO_REQUEST_ID: Wrong = Wrong::new(
        "REQUEST_ID_MISSING",
        "Every write needs a UUID of your choice.",
        "쓰기 요청에는 직접 고른 UUID가 필요합니다.",
    );
    let f = Fields::new();
    let head = match part.and_then(|part| part.part) {
        Some(Part::Head(head)) => Some(head),
        _ => f.word("head", Err(HEAD_FIRST)),
    };
    let head = head.unwrap_or_default();
    let request_id = f.word("request_id", Uuid::try_parse(&head.request_id).map_err(|_| NO_REQUEST_ID));
    f.all((request_id, f.parse("send_id", &head.send_id)))
}

/// The rest: the file, no larger than it may be.
async fn body(parts: &mut Streaming<pb::UploadSheetRequest>) -> Result<Vec<u8>, Status> {
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        if let Some(Part::Chunk(chunk)) = part.part {
            if bytes.len() + chunk.len() > LARGEST_FILE {
                return Err(Unreadable::TooLarge.refusal("").into());
            }
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

#[tonic::async_trait]
impl RecipientService for Rpc {
    async fn take_recipients(
        &self,
        request: Request<pb::TakeRecipientsRequest>,
    ) -> Result<Response<pb::TakeRecipientsReply>, Status> {
        let parse = |m: pb::TakeRecipientsRequest| {
            let f = Fields::new();
            let (send, sheet) = f.all((f.parse("send_id", &m.send_id), f.parse("sheet_id", &m.sheet_id)))?;
            Ok(TakeRecipients { send, sheet, right_rows: m.take_right_rows, repeated_rows: m.take_repeated_rows })
        };
        let render = |taken: Taken| pb::TakeRecipientsReply {
            taken_count: taken.count,
            taken_total: money(taken.total),
            recipient_count: taken.recipients,
            total: money(taken.send_total),
        };
        self.flow.write(request, parse, render).await
    }

    async fn add_recipients(
        &self,
        request: Request<pb::AddRecipientsRequest>,
    ) -> Result<Response<pb::AddRecipientsReply>, Status> {
        let render = |has: Has| pb::AddRecipientsReply { recipient_count: has.recipients, total: money(has.total) };
        self.flow.write(request, add::parse, render).await
    }

    async fn remove_recipients(
        &self,
        request: Request<pb::RemoveRecipientsRequest>,
    ) -> Result<Response<pb::RemoveRecipientsReply>, Status> {
        let parse = |m: pb::RemoveRecipientsRequest| {
            let f = Fields::new();
            let chosen = super::gift::chosen::<RecipientId>(&f, "recipient_ids", &m.recipient_ids, m.all);
            let (send, chosen) = f.all((f.parse("send_id", &m.send_id), chosen))?;
            Ok(RemoveRecipients { send, chosen })
        };
        let render = |removed: Removed| pb::RemoveRecipientsReply {
            removed_count: removed.count,
            recipient_count: removed.recipients,
            total: money(removed.total),
            cancelled: removed.cancelled,
        };
        self.flow.write(request, parse, render).await
    }

    async fn list_recipients(
        &self,
        request: Request<pb::ListRecipientsRequest>,
    ) -> Result<Response<pb::ListRecipientsReply>, Status> {
        self.flow.read(request, recipients::list).await
    }

    async fn export_recipients(
        &self,
        request: Request<pb::ExportRecipientsRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        self.flow.read(request, crate::recipient::export::export).await
    }
}
