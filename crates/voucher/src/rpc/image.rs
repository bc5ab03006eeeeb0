//! Images of sends.

use contract::{
    google::api::HttpBody,
    voucher::v1::{self as pb, image_service_server::ImageService, upload_image_request::Part},
};
use flow::{Fault, Fields, Read, Refusal, Stop};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;
use words::Wrong;

use super::{Rpc, caller_of, send::etag};
use crate::{
    image::{IMAGE_TOO_LARGE, Image, TOO_MANY_BYTES, remove::RemoveImage, upload::UploadImage, views},
    send::{self, SEND_NOT_FOUND, change::ChangeSend},
    settings::Settings,
};

#[tonic::async_trait]
impl ImageService for Rpc {
    async fn upload_image(
        &self,
        request: Request<Streaming<pb::UploadImageRequest>>,
    ) -> Result<Response<pb::Send>, Status> {
        let caller = caller_of(&request);
        let mut parts = request.into_inner();
        let (request_id, mut change) = head(parts.message().await?)?;
        let read = Read::new(&self.flow, caller.clone());
        let found = send::table::find(read.conn(), change.send, caller.company().map_err(Stop::from)?).await?;
        found.ok_or(SEND_NOT_FOUND).map_err(Stop::from)?;
        let file = body(&mut parts).await?;
        let turn = self.reading.acquire().await.map_err(|closed| Stop::from(Fault::bug(closed)))?;
        let image = tokio::task::spawn_blocking(move || Image::read(&file)).await;
        drop(turn);
        let image = image.map_err(|died| Stop::from(Fault::bug(died)))?.map_err(Stop::from)?;
        change.image = Some(Some(image.digest.clone()));
        let send = self.flow.run(caller, request_id, UploadImage { change, image }).await?;
        Ok(Response::new(send::views::one(read.conn(), &send, &read.part::<Settings>()).await?))
    }

    async fn remove_image(&self, request: Request<pb::RemoveImageRequest>) -> Result<Response<pb::Send>, Status> {
        self.changed(request, |m| {
            let f = Fields::new();
            let (send, version) = f.all((f.parse("send_id", &m.send_id), etag(&f, &m.etag)))?;
            let verification = m.verification_token;
            Ok(RemoveImage(ChangeSend { image: Some(None), verification, version, ..ChangeSend::nothing(send) }))
        })
        .await
    }

    async fn get_image(&self, request: Request<pb::GetImageRequest>) -> Result<Response<HttpBody>, Status> {
        self.flow.read(request, views::get).await
    }
}

/// The first part: what the image is for.
fn head(part: Option<pb::UploadImageRequest>) -> Result<(Uuid, ChangeSend), Refusal> {
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
    let (request_id, send, version) = f.all((request_id, f.parse("send_id", &head.send_id), etag(&f, &head.etag)))?;
    Ok((request_id, ChangeSend { verification: head.verification_token, version, ..ChangeSend::nothing(send) }))
}

/// The rest: the file, no larger than it may be.
async fn body(parts: &mut Streaming<pb::UploadImageRequest>) -> Result<Vec<u8>, Status> {
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        if let Some(Part::Chunk(chunk)) = part.part {
            if bytes.len() + chunk.len() >= TOO_MANY_BYTES {
                return Err(IMAGE_TOO_LARGE.into());
            }
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}
