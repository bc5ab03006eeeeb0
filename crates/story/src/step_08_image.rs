//! Part of step 8: a send gets an image. A file that only calls itself a JPEG is refused; with a real one the message is
//! an MMS, and the test of it arrives on the admin's own phone with the picture. [VO-6, NO-1]

use image::{ExtendedColorType, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use serde_json::json;

use crate::{
    json::Json as _,
    scene::{Account, Scene},
    step_02_companies::samples,
    step_07_credit::Credit,
    step_08_send::draft,
};

/// Plays it, on a draft that is thrown away.
pub async fn play(scene: &mut Scene, sender: &Account, credit: &Credit) -> anyhow::Result<()> {
    let send = draft(sender, &credit.lot, "그림이 있는 발송").await?;
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let upload = format!("{path}:uploadImage");
    let refused = sender.client.upload(&upload, "card.jpg", samples()[1].1.to_vec()).await?;
    scene.tell.refused("a PNG named .jpg", &refused, 400, "IMAGE_NOT_JPEG")?;
    let send = sender.client.upload(&upload, "card.jpg", jpeg()?).await?.ok()?;
    scene.tell.same("with a JPEG its message is", send.text("messageKind")?, "MESSAGE_KIND_MMS")?;
    let (kind, _) = sender.client.download(&format!("{path}/image")).await?;
    scene.tell.same("the image is", kind.as_str(), "image/jpeg")?;

    sender.client.post(&format!("{path}:test"), json!({})).await?;
    let test = scene.mailbox.next(&sender.person.phone, "send-test").await?;
    let test = scene.anyone.get(&format!("/v1/mailbox/{}", test.text("messageId")?)).await?;
    scene.tell.same("its test on the admin's phone carries", test.text("picture")?, send.text("imageDigest")?)?;
    scene.tell.same("pictures", test.list("attachments")?.len(), 1)?;
    sender.client.post(&format!("{path}:cancel"), json!({})).await?;
    Ok(())
}

fn jpeg() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let card = RgbImage::from_pixel(320, 240, Rgb([200, 30, 30]));
    JpegEncoder::new(&mut bytes).encode(&card, 320, 240, ExtendedColorType::Rgb8)?;
    Ok(bytes)
}
