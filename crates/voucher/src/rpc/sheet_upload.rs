//! Uploads of sheets that go on where they broke off.

use contract::voucher::v1::{
    self as pb, append_to_sheet_upload_request::Part, sheet_upload_service_server::SheetUploadService,
};
use flow::{Caller, Fields, Read, Refusal, Stop};
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{Rpc, caller_of};
use crate::{
    sheet::{self, upload::UploadSheet},
    sheet_upload::{
        UPLOAD_NOT_FOUND, Upload, UploadId,
        append::{AppendPiece, PIECE},
        cancel::CancelSheetUpload,
        finish::FinishSheetUpload,
        start, table, views,
    },
};

#[tonic::async_trait]
impl SheetUploadService for Rpc {
    async fn start_sheet_upload(
        &self,
        request: Request<pb::StartSheetUploadRequest>,
    ) -> Result<Response<pb::SheetUpload>, Status> {
        self.flow.write(request, start::parse, |upload| views::render(&upload)).await
    }

    async fn append_to_sheet_upload(
        &self,
        request: Request<Streaming<pb::AppendToSheetUploadRequest>>,
    ) -> Result<Response<pb::SheetUpload>, Status> {
        let caller = caller_of(&request);
        let mut parts = request.into_inner();
        let head = head(parts.message().await?)?;
        let read = Read::new(&self.flow, caller.clone());
        let upload = self.find(&read, head.upload).await?;
        let mut end = Appending { rpc: self, caller, head, upload };
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(part) = parts.message().await? {
            let Some(Part::Chunk(chunk)) = part.part else { continue };
            let mut chunk = chunk.as_slice();
            while !chunk.is_empty() {
                let (fits, rest) = chunk.split_at(chunk.len().min(PIECE - piece.len()));
                piece.extend_from_slice(fits);
                chunk = rest;
                if piece.len() == PIECE {
                    end.append(std::mem::replace(&mut piece, Vec::with_capacity(PIECE))).await?;
                }
            }
        }
        // Also with nothing left to append: the offset is checked.
        end.append(piece).await?;
        Ok(Response::new(views::render(&end.upload)))
    }

    async fn get_sheet_upload(
        &self,
        request: Request<pb::GetSheetUploadRequest>,
    ) -> Result<Response<pb::SheetUpload>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn finish_sheet_upload(
        &self,
        request: Request<pb::FinishSheetUploadRequest>,
    ) -> Result<Response<pb::Sheet>, Status> {
        let caller = caller_of(&request);
        let m = request.into_inner();
        let f = Fields::new();
        let (request_id, upload) = f.all((f.request_id(&m.request_id), f.parse("upload_id", &m.upload_id)))?;
        let read = Read::new(&self.flow, caller.clone());
        let mut verb = FinishSheetUpload { upload, staged: None };
        if !self.flow.was_done(&caller, request_id, &verb).await? {
            let upload = self.find(&read, upload).await?;
            upload.is_whole()?;
            verb.staged = Some(match self.read_upload(&read, &upload).await {
                Err(stop @ Stop::Refused(_)) => {
                    // It will never be read: its slot is for another try.
                    self.flow
                        .run(caller, Uuid::new_v5(&request_id, b"forget"), CancelSheetUpload { upload: upload.id })
                        .await?;
                    return Err(stop.into());
                }
                staged => staged?,
            });
        }
        let sheet = self.flow.run(caller, request_id, verb).await?;
        Ok(Response::new(sheet::views::render(&read, &sheet).await?))
    }

    async fn cancel_sheet_upload(
        &self,
        request: Request<pb::CancelSheetUploadRequest>,
    ) -> Result<Response<pb::CancelSheetUploadReply>, Status> {
        let parse = |m: pb::CancelSheetUploadRequest| {
            let f = Fields::new();
            let (upload,) = f.all((f.parse("upload_id", &m.upload_id),))?;
            Ok(CancelSheetUpload { upload })
        };
        self.flow.write(request, parse, |()| pb::CancelSheetUploadReply {}).await
    }
}

impl Rpc {
    async fn find(&self, read: &Read, id: UploadId) -> Result<Upload, Stop> {
        Ok(table::find(read.conn(), id, read.caller().company()?).await?.ok_or(UPLOAD_NOT_FOUND)?)
    }

    /// Puts the file together, compares it with what was said of it, and reads it.
    async fn read_upload(&self, read: &Read, upload: &Upload) -> Result<UploadSheet, Stop> {
        let bytes = table::bytes(read.conn(), upload).await?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        upload.is_sound(&digest)?;
        let (send, file_name, repeat_days) = (upload.send, upload.file_name.clone(), upload.repeat_days);
        let judged = self.judge(read, bytes, repeat_days).await?;
        Ok(UploadSheet { send, digest, file_name, repeat_days, judged })
    }
}

/// What the bytes of a stream go to.
struct Appending<'r> {
    rpc: &'r Rpc,
    caller: Caller,
    head: Head,
    upload: Upload,
}

impl Appending<'_> {
    /// The next piece. Its request id follows from the stream's and its place, so the whole stream can be sent again.
    async fn append(&mut self, bytes: Vec<u8>) -> Result<(), Stop> {
        let (upload, offset, length) = (self.head.upload, self.head.offset, bytes.len());
        if length == 0 {
            return Ok(self.upload.takes(offset, 0)?);
        }
        let id = Uuid::new_v5(&self.head.request_id, &offset.to_be_bytes());
        let verb = AppendPiece { upload, offset, digest: Sha256::digest(&bytes).into(), bytes };
        self.upload = self.rpc.flow.run(self.caller.clone(), id, verb).await?;
        self.head.offset = offset.saturating_add(i64::try_from(length).unwrap_or(i64::MAX));
        Ok(())
    }
}

/// Where a stream's bytes belong.
struct Head {
    request_id: Uuid,
    upload: UploadId,
    offset: i64,
}

fn head(part: Option<pb::AppendToSheetUploadRequest>) -> Result<Head, Refusal> {
    let f = Fields::new();
    let head = match part.and_then(|part| part.part) {
        Some(Part::Head(head)) => Some(head),
        _ => f.word("head", Err(super::HEAD_FIRST)),
    };
    let head = head.unwrap_or_default();
    let (request_id, upload) = f.all((f.request_id(&head.request_id), f.parse("upload_id", &head.upload_id)))?;
    Ok(Head { request_id, upload, offset: head.offset })
}
