//! The image of a send (VO-6): a JPEG under 300 KB, told by its content. What is kept is drawn anew from its pixels, so
//! that neither the place it was taken at nor anything hidden in the file travels to the recipients. Pure but for the
//! offer.

pub mod forget;
pub mod remove;
pub mod table;
pub mod upload;
pub mod views;

use contract::ask;
use flow::{Fault, Refusal, Stop, Tx, code};
use image::{DynamicImage, ExtendedColorType, RgbImage, codecs::jpeg::JpegEncoder, metadata::Orientation};
use sha2::{Digest, Sha256};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use crate::send::Send;

/// VO-6: "under 300 KB", read as 300,000 bytes: the smaller of both readings is taken by every carrier.
pub const TOO_MANY_BYTES: usize = 300_000;
/// More than any telephone shows; what bounds the memory and time of reading one.
pub const LONGEST_SIDE: usize = 3_000;
/// Drawn anew in the first of these qualities that stays under the limit.
const QUALITIES: [u8; 5] = [90, 80, 70, 55, 40];

/// VO-6.
pub const IMAGE_NOT_JPEG: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "IMAGE_NOT_JPEG",
    "This is not a JPEG, whatever its name says. An MMS takes a JPEG under 300 KB: save the image as JPEG and upload that.",
    "JPEG 이미지가 아닙니다(파일 이름이 아니라 내용으로 확인합니다). 300KB 미만의 JPEG으로 저장한 뒤 올려 주세요.",
);
/// VO-6.
pub const IMAGE_TOO_LARGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "IMAGE_TOO_LARGE",
    "An MMS takes an image under 300 KB (300,000 bytes). Save it smaller or in a lower quality and upload that.",
    "MMS 이미지는 300KB(300,000바이트) 미만이어야 합니다. 크기나 품질을 줄여 다시 올려 주세요.",
);
/// VO-6.
pub const IMAGE_TOO_MANY_PIXELS: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "IMAGE_TOO_MANY_PIXELS",
    "An image may have at most 3,000 pixels a side. Save it smaller and upload that.",
    "이미지의 가로와 세로는 각각 3,000픽셀까지입니다. 크기를 줄여 다시 올려 주세요.",
);
/// VO-6.
pub const IMAGE_BROKEN: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "IMAGE_BROKEN",
    "This JPEG cannot be read to its end: it is cut off or damaged. Save it anew and upload that.",
    "끝까지 읽을 수 없는 JPEG입니다(잘렸거나 손상됨). 다시 저장한 뒤 올려 주세요.",
);

/// A JPEG that holds nothing but its pixels.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// SHA-256 in lower-case hexadecimal: what sends and messages call it.
    pub digest: String,
    /// The bytes.
    pub jpeg: Vec<u8>,
}

impl Image {
    /// VO-6: reads a file whole, within limits of size, and draws it anew, upright.
    pub fn read(file: &[u8]) -> Result<Self, Refusal> {
        if !file.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Err(IMAGE_NOT_JPEG);
        }
        if file.len() >= TOO_MANY_BYTES {
            return Err(IMAGE_TOO_LARGE);
        }
        let jpeg = draw(&upright(file)?)?;
        let digest = Sha256::digest(&jpeg).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { digest, jpeg })
    }
}

/// The pixels, as the camera was held.
fn upright(file: &[u8]) -> Result<RgbImage, Refusal> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| IMAGE_BROKEN)?;
    let (width, height) = decoder.dimensions().ok_or(IMAGE_BROKEN)?;
    if width.max(height) > LONGEST_SIDE {
        return Err(IMAGE_TOO_MANY_PIXELS);
    }
    let turned = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let pixels = decoder.decode().map_err(|_| IMAGE_BROKEN)?;
    let (width, height) = (u32::try_from(width).ok(), u32::try_from(height).ok());
    let drawn = width.zip(height).and_then(|(width, height)| RgbImage::from_raw(width, height, pixels));
    let mut drawn = DynamicImage::ImageRgb8(drawn.ok_or(IMAGE_BROKEN)?);
    drawn.apply_orientation(turned.unwrap_or(Orientation::NoTransforms));
    Ok(drawn.into_rgb8())
}

/// In the best quality that stays under the limit.
fn draw(pixels: &RgbImage) -> Result<Vec<u8>, Refusal> {
    for quality in QUALITIES {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
            .map_err(|_| IMAGE_BROKEN)?;
        if jpeg.len() < TOO_MANY_BYTES {
            return Ok(jpeg);
        }
    }
    Err(IMAGE_TOO_LARGE)
}

/// Offers the send's image to its messages, which follow under the same subject (NO-1): once, not with each of them.
pub async fn offer(tx: &mut Tx, send: &Send) -> Result<(), Stop> {
    let Some(digest) = &send.message.image else { return Ok(()) };
    let jpeg = table::find(tx.conn(), digest).await?;
    let jpeg = jpeg.ok_or_else(|| Fault::bug(anyhow::anyhow!("the image of a send is not there")))?;
    let picture = ask::picture(tx.sealer(), digest, &jpeg);
    tx.announce(send.id, send.version, picture);
    Ok(())
}

#[cfg(test)]
mod tests;
