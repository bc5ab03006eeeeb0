//! How far an upload came (VO-18).

use contract::{timestamp, voucher::v1 as pb};
use flow::{Fields, Read, Stop};

use super::{KEPT, UPLOAD_NOT_FOUND, Upload, table};

/// An upload.
pub fn render(upload: &Upload) -> pb::SheetUpload {
    pb::SheetUpload {
        upload_id: upload.id.to_string(),
        send_id: upload.send.to_string(),
        file_name: upload.file_name.clone(),
        size_bytes: upload.size.unwrap_or_default(),
        offset: upload.received,
        expire_time: timestamp(upload.created_at + KEPT),
    }
}

/// `GetSheetUpload`.
pub async fn get(read: Read, m: pb::GetSheetUploadRequest) -> Result<pb::SheetUpload, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("upload_id", &m.upload_id),))?;
    let upload = table::find(read.conn(), id, read.caller().company()?).await?.ok_or(UPLOAD_NOT_FOUND)?;
    Ok(render(&upload))
}
