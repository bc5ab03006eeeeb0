//! Sheets.

use contract::{
    google::api::HttpBody,
    voucher::v1::{self as pb, sheet_service_server::SheetService, upload_sheet_request::Part},
};
use flow::{Caller, Fault, Fields, Read, Refusal, Stop, Verb};
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{Rpc, caller_of};
use crate::{
    send::{self, SEND_NOT_FOUND, SendId},
    sheet::{
        Judged, LARGEST_FILE, Unreadable,
        correct::{self, Changed},
        download_template,
        drop::DropSheetRow,
        earlier, export as result, file_name,
        upload::UploadSheet,
        views,
    },
};

#[tonic::async_trait]
impl SheetService for Rpc {
    async fn download_template(&self, _: Request<pb::DownloadTemplateRequest>) -> Result<Response<HttpBody>, Status> {
        let data = download_template::template().map_err(|error| Stop::from(Fault::bug(error)))?;
        Ok(Response::new(HttpBody { content_type: export::EXCEL.to_owned(), data, extensions: Vec::new() }))
    }

    async fn upload_sheet(
        &self,
        request: Request<Streaming<pb::UploadSheetRequest>>,
    ) -> Result<Response<pb::Sheet>, Status> {
        let caller = caller_of(&request);
        let mut parts = request.into_inner();
        let head = head(parts.message().await?)?;
        let read = Read::new(&self.flow, caller.clone());
        is_for_a_draft(&read, head.send).await?;
        let bytes = body(&mut parts).await?;
        let digest = Sha256::digest(&bytes).into();
        let judged = self.judge(&read, bytes, head.repeat_days).await?;
        let Head { request_id, send, file_name, repeat_days } = head;
        let verb = UploadSheet { send, digest, file_name, repeat_days, judged };
        let sheet = self.flow.run(caller, request_id, verb).await?;
        Ok(Response::new(views::render(&read, &sheet).await?))
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

    async fn correct_sheet_row(
        &self,
        request: Request<pb::CorrectSheetRowRequest>,
    ) -> Result<Response<pb::ChangedSheetRow>, Status> {
        let caller = caller_of(&request);
        let m = request.into_inner();
        let (request_id, verb) = correct::parse(m)?;
        self.change(caller, request_id, verb).await
    }

    async fn drop_sheet_row(
        &self,
        request: Request<pb::DropSheetRowRequest>,
    ) -> Result<Response<pb::ChangedSheetRow>, Status> {
        let caller = caller_of(&request);
        let m = request.into_inner();
        let f = Fields::new();
        let (request_id, sheet, number) = f.all((
            f.request_id(&m.request_id),
            f.parse("sheet_id", &m.sheet_id),
            correct::row_number(&f, m.row_number),
        ))?;
        self.change(caller, request_id, DropSheetRow { sheet, number }).await
    }

    async fn export_sheet_result(
        &self,
        request: Request<pb::ExportSheetResultRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        self.flow.read(request, result::export).await
    }
}

impl Rpc {
    /// Reads a file in a process of its own, and judges its rows.
    pub(super) async fn judge(&self, read: &Read, bytes: Vec<u8>, repeat_days: i64) -> Result<Judged, Stop> {
        let turn = self.reading.acquire().await.map_err(Fault::bug)?;
        let mut judged = self.reader.read(bytes).await?;
        drop(turn);
        earlier::mark(read, repeat_days, &mut judged.rows).await?;
        Ok(judged)
    }

    /// A change of one row.
    async fn change<V: Verb<Answer = Changed>>(
        &self,
        caller: Caller,
        request_id: Uuid,
        verb: V,
    ) -> Result<Response<pb::ChangedSheetRow>, Status> {
        let changed = self.flow.run(caller.clone(), request_id, verb).await?;
        Ok(Response::new(views::changed(&Read::new(&self.flow, caller), &changed).await?))
    }
}

/// Before a file is read for it.
async fn is_for_a_draft(read: &Read, send: SendId) -> Result<(), Stop> {
    let found = send::table::find(read.conn(), send, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    Ok(found.is_draft()?)
}

/// What a file is for.
struct Head {
    request_id: Uuid,
    send: SendId,
    file_name: String,
    repeat_days: i64,
}

/// The first part.
fn head(part: Option<pb::UploadSheetRequest>) -> Result<Head, Refusal> {
    let f = Fields::new();
    let head = match part.and_then(|part| part.part) {
        Some(Part::Head(head)) => Some(head),
        _ => f.word("head", Err(super::HEAD_FIRST)),
    };
    let head = head.unwrap_or_default();
    let (request_id, send, repeat_days) = f.all((
        f.request_id(&head.request_id),
        f.parse("send_id", &head.send_id),
        f.word("repeat_days", earlier::days(head.repeat_days)),
    ))?;
    Ok(Head { request_id, send, file_name: file_name(&head.file_name), repeat_days })
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
