//! Documents: the bytes go to the object store before the row says they are there, and come from it after.

use contract::{
    google::api::HttpBody,
    identity::v1::{self as pb, document_service_server::DocumentService},
};
use flow::{Fault, Stop};
use object_store::{ObjectStoreExt as _, path::Path};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{Files, Rpc, caller_of, request_id};
use crate::document::{
    Document, download,
    upload::{UploadDocument, gather},
};

#[tonic::async_trait]
impl DocumentService for Rpc {
    async fn upload_document(
        &self,
        request: Request<Streaming<pb::UploadDocumentRequest>>,
    ) -> Result<Response<pb::Document>, Status> {
        let caller = caller_of(&request);
        let (head, bytes) = gather(request.into_inner()).await?;
        let id = request_id(&head.request_id)?;
        let verb = UploadDocument::of(&head, &bytes, Uuid::new_v4().simple().to_string())?;
        let path = verb.path().to_owned();
        let files = self.flow.part::<Files>().0.clone();
        files.put(&Path::from(path.as_str()), bytes.into()).await.map_err(fault)?;
        let done = self.flow.run(caller, id, verb).await;
        // Refused, or done before with other bytes in place: these are nobody's.
        if !done.as_ref().is_ok_and(|d: &Document| d.lies_at(&path)) {
            files.delete(&Path::from(path.as_str())).await.map_err(fault)?;
        }
        Ok(Response::new(done?.render()))
    }

    async fn download_document(
        &self,
        request: Request<pb::DownloadDocumentRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        let caller = caller_of(&request);
        let verb = download::parse(request.get_ref())?;
        // A read that is audited: each is its own request.
        let found = self.flow.run(caller, Uuid::new_v4(), verb).await?;
        let bytes = self.flow.part::<Files>().0.get(&Path::from(found.path.as_str())).await.map_err(fault)?;
        let data = bytes.bytes().await.map_err(fault)?.to_vec();
        Ok(Response::new(HttpBody { content_type: found.content_type, data, extensions: Vec::new() }))
    }
}

fn fault(error: object_store::Error) -> Status {
    Stop::from(Fault::bug(error)).into()
}
