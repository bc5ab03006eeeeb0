//! Uploads that go on where they broke off (VO-18).

use contract::voucher::v1::{self as pb, append_to_sheet_upload_request::Part};
use sha2::{Digest, Sha256};
use tonic::Status;

use crate::desk::{Desk, detail, example, id, reason, story, won};

async fn start(desk: &Desk<'_>, send: &pb::Send, file: &[u8]) -> Result<pb::SheetUpload, Status> {
    let request = pb::StartSheetUploadRequest {
        request_id: id(),
        send_id: send.send_id.clone(),
        file_name: "C:\\명단\\가을.xlsx".into(),
        size_bytes: i64::try_from(file.len()).unwrap(),
        sha256: Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect(),
        repeat_days: 0,
    };
    Ok(desk.sheet_uploads().start_sheet_upload(request).await?.into_inner())
}

fn parts(
    request_id: &str,
    upload: &pb::SheetUpload,
    offset: usize,
    bytes: &[u8],
) -> Vec<pb::AppendToSheetUploadRequest> {
    let head = pb::AppendToSheetUploadHead {
        request_id: request_id.into(),
        upload_id: upload.upload_id.clone(),
        offset: i64::try_from(offset).unwrap(),
    };
    let chunks = bytes.chunks(10_000).map(|chunk| Part::Chunk(chunk.to_vec()));
    std::iter::once(Part::Head(head))
        .chain(chunks)
        .map(|part| pb::AppendToSheetUploadRequest { part: Some(part) })
        .collect()
}

async fn append(desk: &Desk<'_>, upload: &pb::SheetUpload, offset: usize, bytes: &[u8]) -> Result<i64, Status> {
    let parts = parts(&id(), upload, offset, bytes);
    let stream = futures::stream::iter(parts);
    Ok(desk.sheet_uploads().append_to_sheet_upload(stream).await?.into_inner().offset)
}

async fn finish(desk: &Desk<'_>, upload: &pb::SheetUpload, request_id: &str) -> Result<pb::Sheet, Status> {
    let request = pb::FinishSheetUploadRequest { request_id: request_id.into(), upload_id: upload.upload_id.clone() };
    Ok(desk.sheet_uploads().finish_sheet_upload(request).await?.into_inner())
}

async fn look(desk: &Desk<'_>, upload: &pb::SheetUpload) -> Result<pb::SheetUpload, Status> {
    let request = pb::GetSheetUploadRequest { upload_id: upload.upload_id.clone() };
    Ok(desk.sheet_uploads().get_sheet_upload(request).await?.into_inner())
}

/// A sheet of more than two pieces.
fn long() -> Vec<u8> {
    let mut file = String::from("이름,연락처,금액\n");
    for n in 0..40_000 {
        file += &format!("고객{n},0100{n:07},1000\n");
    }
    file.into_bytes()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off_and_is_staged_once() {
    // VO-18
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000).await).await;
        let file = example("recipients-1000.xlsx");
        let upload = start(&desk, &send, &file).await.unwrap();
        assert_eq!((upload.offset, upload.file_name.as_str()), (0, "가을.xlsx"));
        assert_eq!(append(&desk, &upload, 0, &file[..9_000]).await.unwrap(), 9_000);
        let no = finish(&desk, &upload, &id()).await.unwrap_err();
        assert_eq!((reason(&no).as_str(), detail(&no, "offset")), ("UPLOAD_NOT_WHOLE", "9000".into()));
        for wrong in [0, 8_999, 9_001] {
            let no = append(&desk, &upload, wrong, &file[wrong..]).await.unwrap_err();
            assert_eq!((reason(&no).as_str(), detail(&no, "offset")), ("UPLOAD_AT_ANOTHER_OFFSET", "9000".into()));
        }
        assert_eq!(look(&desk, &upload).await.unwrap().offset, 9_000);
        let strange = Desk::new(&t);
        assert_eq!(reason(&look(&strange, &upload).await.unwrap_err()), "UPLOAD_NOT_FOUND");
        assert_eq!(reason(&append(&strange, &upload, 9_000, b"x").await.unwrap_err()), "UPLOAD_NOT_FOUND");

        // The same bytes with the same request id, twice: as the answer to the first got lost.
        let request = id();
        for _ in 0..2 {
            let stream = futures::stream::iter(parts(&request, &upload, 9_000, &file[9_000..]));
            let now = desk.sheet_uploads().append_to_sheet_upload(stream).await.unwrap().into_inner();
            assert_eq!(now.offset, upload.size_bytes);
        }
        let request = id();
        let sheet = finish(&desk, &upload, &request).await.unwrap();
        assert_eq!((sheet.right_count, sheet.file_name.as_str()), (1_000, "가을.xlsx"));
        assert_eq!(finish(&desk, &upload, &request).await.unwrap().sheet_id, sheet.sheet_id, "once");
        assert_eq!(reason(&finish(&desk, &upload, &id()).await.unwrap_err()), "UPLOAD_NOT_FOUND");
        let taken = desk.recipients().take_recipients(desk.take(&sheet)).await.unwrap().into_inner();
        assert_eq!(taken.taken_count, 1_000);
        assert_eq!(won(&taken.total), won(&sheet.right_total));
    })
    .await;
}

#[tokio::test]
async fn a_line_that_breaks_keeps_the_pieces_that_arrived() {
    // VO-18, S48
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000).await).await;
        let file = long();
        let upload = start(&desk, &send, &file).await.unwrap();
        // A stream that never ends, given up after a part of the file.
        let (to_call, messages) = tokio::sync::mpsc::channel(4);
        let stream =
            futures::stream::unfold(messages, |mut messages| async { Some((messages.recv().await?, messages)) });
        let mut client = desk.sheet_uploads();
        let call = tokio::spawn(async move { client.append_to_sheet_upload(stream).await });
        for part in parts(&id(), &upload, 0, &file[..800_000]) {
            to_call.send(part).await.unwrap();
        }
        let arrived = t
            .until("a piece has arrived", || async {
                let offset = look(&desk, &upload).await.unwrap().offset;
                (offset > 0).then_some(offset)
            })
            .await;
        call.abort();
        assert!(arrived >= 512 * 1024, "{arrived}");
        // What was on its way may arrive yet, also between asking and going on.
        t.until("the rest is appended", || async {
            let offset = usize::try_from(look(&desk, &upload).await.unwrap().offset).unwrap();
            append(&desk, &upload, offset, &file[offset..]).await.ok()
        })
        .await;
        assert_eq!(finish(&desk, &upload, &id()).await.unwrap().right_count, 40_000);
    })
    .await;
}

#[tokio::test]
async fn an_upload_has_limits_and_is_forgotten() {
    // VO-18, S48
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000).await).await;
        let short = start(&desk, &send, b"short").await.unwrap();
        let no = append(&desk, &short, 0, b"longer than short").await.unwrap_err();
        assert_eq!(reason(&no), "UPLOAD_LONGER_THAN_SAID");
        append(&desk, &short, 0, b"shirt").await.unwrap();
        assert_eq!(reason(&finish(&desk, &short, &id()).await.unwrap_err()), "UPLOAD_DAMAGED");
        assert_eq!(reason(&look(&desk, &short).await.unwrap_err()), "UPLOAD_NOT_FOUND", "of no use any more");
        let picture = b"\x89PNG\r\n\x1a\n";
        let hostile = start(&desk, &send, picture).await.unwrap();
        append(&desk, &hostile, 0, picture).await.unwrap();
        assert_eq!(reason(&finish(&desk, &hostile, &id()).await.unwrap_err()), "SHEET_UNKNOWN_FORMAT");

        let too_large = pb::StartSheetUploadRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            size_bytes: 20 * 1024 * 1024 + 1,
            ..Default::default()
        };
        assert_eq!(reason(&desk.sheet_uploads().start_sheet_upload(too_large).await.unwrap_err()), "INVALID_FIELDS");

        // Five at a time, however many ask at once.
        let tries = futures::future::join_all((0..8).map(|_| start(&desk, &send, b"x"))).await;
        let (open, refused): (Vec<_>, Vec<_>) = tries.into_iter().partition(Result::is_ok);
        assert_eq!(open.len(), 5);
        assert!(refused.iter().all(|no| reason(no.as_ref().unwrap_err()) == "TOO_MANY_UPLOADS"));
        let first = open[0].as_ref().unwrap();
        let cancel = pb::CancelSheetUploadRequest { request_id: id(), upload_id: first.upload_id.clone() };
        desk.sheet_uploads().cancel_sheet_upload(cancel).await.unwrap();
        let last = start(&desk, &send, b"x").await.unwrap();
        assert_eq!(reason(&start(&desk, &send, b"x").await.unwrap_err()), "TOO_MANY_UPLOADS");

        t.clock.advance(chrono::Duration::hours(25));
        t.until("all are forgotten", || async { look(&desk, &last).await.is_err().then_some(()) }).await;
        start(&desk, &send, b"x").await.unwrap();
    })
    .await;
}
