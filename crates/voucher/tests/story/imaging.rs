//! Images (VO-6, VO-7, VO-9): put on a send, taken away, carried once to all its messages.

use contract::{
    ask,
    identity::v1::AdminNoticeRequested,
    notification::v1::{Channel, MessagesRequested, PictureOffered},
    voucher::v1::{self as pb, image_service_client::ImageServiceClient, upload_image_request::Part},
};
use image::{ExtendedColorType, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use testkit::callers;
use tonic::{Code, Status};

use crate::desk::{Desk, Wire, detail, id, reason, story};

/// A drawing of one colour.
fn jpeg(colour: [u8; 3]) -> Vec<u8> {
    let (drawing, mut file) = (RgbImage::from_pixel(320, 240, Rgb(colour)), Vec::new());
    JpegEncoder::new(&mut file).encode(&drawing, 320, 240, ExtendedColorType::Rgb8).unwrap();
    file
}

fn images(desk: &Desk<'_>) -> ImageServiceClient<Wire> {
    ImageServiceClient::new(desk.t.channel(&desk.admin))
}

/// In pieces, as the gateway streams them.
async fn upload(desk: &Desk<'_>, send: &pb::Send, file: &[u8], verification_token: &str) -> Result<pb::Send, Status> {
    let head = pb::UploadImageHead {
        request_id: id(),
        send_id: send.send_id.clone(),
        file_name: "꽃.jpg".into(),
        verification_token: verification_token.into(),
        etag: String::new(),
    };
    let head = pb::UploadImageRequest { part: Some(Part::Head(head)) };
    let pieces = file.chunks(64 * 1024).map(|piece| pb::UploadImageRequest { part: Some(Part::Chunk(piece.to_vec())) });
    let parts: Vec<_> = [head].into_iter().chain(pieces).collect();
    Ok(images(desk).upload_image(futures::stream::iter(parts)).await?.into_inner())
}

async fn bytes(desk: &Desk<'_>, send: &pb::Send) -> Result<Vec<u8>, Status> {
    let request = pb::GetImageRequest { send_id: send.send_id.clone() };
    Ok(images(desk).get_image(request).await?.into_inner().data)
}

fn remove(send: &pb::Send) -> pb::RemoveImageRequest {
    pb::RemoveImageRequest { request_id: id(), send_id: send.send_id.clone(), ..Default::default() }
}

#[tokio::test]
async fn an_image_makes_a_send_an_mms_and_goes_once_to_all_its_messages() {
    // VO-6, NO-1
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(100_000_000).await).await;
        let send = upload(&desk, &send, &jpeg([200, 30, 30]), "").await.unwrap();
        assert_eq!((send.message_kind(), send.image_digest.len()), (pb::MessageKind::Mms, 64));
        let people: Vec<_> = (0..100).map(|n| format!("0100000{n:04}")).collect();
        for again in 0..4 {
            let people: Vec<_> = people.iter().map(|phone| ("고객", phone.as_str(), 1_000 + again * 100)).collect();
            desk.add(&send, &people).await;
        }
        desk.confirm(&send).await.unwrap();
        desk.dispatched(&send).await;

        let asked = t.told::<MessagesRequested>(2).await; // 300 a chunk
        let sealer = t.running.flow.sealer();
        let messages: Vec<_> = asked.iter().flat_map(|asked| &asked.messages).collect();
        assert_eq!(messages.len(), 400);
        for message in messages {
            let content = ask::open(sealer, &message.sealed).unwrap();
            assert_eq!((content.channel(), &content.picture), (Channel::Mms, &send.image_digest));
        }
        let offered = t.told::<PictureOffered>(1).await;
        assert_eq!((offered.len(), &offered[0].digest), (1, &send.image_digest), "once, not with every chunk");
        assert_eq!(ask::open_picture(sealer, &offered[0].sealed).unwrap(), bytes(&desk, &send).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn only_a_jpeg_is_taken_and_only_its_own_company_sees_it() {
    // VO-6
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let send = desk.create(&lot).await;
        let good = jpeg([30, 30, 200]);
        let cut = &good[..good.len() / 2];
        let large = [&good[..2], &vec![0xFF; 300_000]].concat();
        for (file, wanted) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "IMAGE_NOT_JPEG"),
            (b"", "IMAGE_NOT_JPEG"),
            (cut, "IMAGE_BROKEN"),
            (&large, "IMAGE_TOO_LARGE"),
        ] {
            let no = upload(&desk, &send, file, "").await.unwrap_err();
            assert_eq!((no.code(), reason(&no).as_str()), (Code::InvalidArgument, wanted));
        }
        assert_eq!(reason(&bytes(&desk, &send).await.unwrap_err()), "SEND_HAS_NO_IMAGE");

        upload(&desk, &send, &good, "").await.unwrap();
        let twice = desk.create(&lot).await;
        let twice = upload(&desk, &twice, &good, "").await.unwrap();
        assert_eq!(twice.image_digest, desk.get(&send).await.image_digest, "kept once");
        let other = Desk { admin: callers::super_admin(callers::company()), ..Desk::new(&t) };
        assert_eq!(reason(&bytes(&other, &send).await.unwrap_err()), "SEND_NOT_FOUND");
        assert_eq!(reason(&upload(&other, &send, &good, "").await.unwrap_err()), "SEND_NOT_FOUND");

        // Taken away from one, it stays on the other; taken away from both, it is forgotten.
        let bare = images(&desk).remove_image(remove(&send)).await.unwrap().into_inner();
        assert_eq!((bare.image_digest.as_str(), bare.message_kind()), ("", pb::MessageKind::Lms));
        t.clock.advance(chrono::Duration::days(2));
        t.running.flow.run_own(voucher::image::forget::ForgetImages).await.unwrap();
        assert!(bytes(&desk, &twice).await.is_ok());
        images(&desk).remove_image(remove(&twice)).await.unwrap();
        t.running.flow.run_own(voucher::image::forget::ForgetImages).await.unwrap();
        let kept = voucher::image::table::find(t.running.flow.db().read(), &twice.image_digest).await.unwrap();
        assert!(kept.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_image_of_a_scheduled_send_changes_with_a_new_verification_alone() {
    // VO-7, VO-9
    story(|t| async move {
        let desk = Desk::new(&t);
        let mut draft = desk.draft(&desk.fund(100_000).await);
        let at = t.clock.now() + chrono::Duration::hours(2);
        draft.r#type = pb::SendType::Scheduled.into();
        draft.scheduled_time = contract::timestamp(at - chrono::Duration::seconds(at.timestamp() % 60));
        if let Some(time) = &mut draft.scheduled_time {
            time.nanos = 0;
        }
        let send = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&send, &[("홍길동", "01000001001", 10_000)]).await;
        let before = desk.get(&send).await.content_hash;
        desk.confirm(&send).await.unwrap();

        let no = upload(&desk, &send, &jpeg([30, 200, 30]), "").await.unwrap_err();
        assert_eq!(reason(&no), "VERIFICATION_REQUIRED");
        let old = upload(&desk, &send, &jpeg([30, 200, 30]), &desk.verification(&before)).await.unwrap_err();
        assert_eq!(reason(&old), "VERIFICATION_NOT_FOR_THIS");
        assert_eq!(desk.get(&send).await.image_digest, "");
        let token = desk.verification(&detail(&no, "content_hash"));
        let changed = upload(&desk, &send, &jpeg([30, 200, 30]), &token).await.unwrap();
        assert_eq!((changed.state(), changed.message_kind()), (pb::SendState::Scheduled, pb::MessageKind::Mms));
        assert_eq!(changed.content_hash, detail(&no, "content_hash"));
        let no = images(&desk).remove_image(remove(&send)).await.unwrap_err();
        assert_eq!((reason(&no).as_str(), detail(&no, "content_hash")), ("VERIFICATION_REQUIRED", before));
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_to_the_admins_own_phone_with_the_image_and_a_few_a_day() {
    // VO-6
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let send = upload(&desk, &desk.create(&lot).await, &jpeg([9, 9, 9]), "").await.unwrap();
        let test = || pb::SendTestMessageRequest { request_id: id(), send_id: send.send_id.clone() };
        let sent = desk.sends().send_test_message(test()).await.unwrap().into_inner();
        assert_eq!(sent.message_kind(), pb::MessageKind::Mms);
        let notice = t.told::<AdminNoticeRequested>(1).await.remove(0);
        let content = ask::open(t.running.flow.sealer(), &notice.sealed).unwrap();
        assert_eq!(notice.only_account_id, desk.admin.account().unwrap().id.to_string());
        assert_eq!(
            (content.to.is_none(), content.picture),
            (true, send.image_digest.clone()),
            "identity knows the phone"
        );
        assert_eq!(t.told::<PictureOffered>(1).await[0].digest, send.image_digest);
        assert_eq!(desk.buckets(&lot).await, [100_000, 0, 0, 0, 0, 0], "it costs nothing");
        for _ in 1..30 {
            desk.sends().send_test_message(test()).await.unwrap();
        }
        let no = desk.sends().send_test_message(test()).await.unwrap_err();
        assert_eq!(no.code(), Code::ResourceExhausted);
    })
    .await;
}
