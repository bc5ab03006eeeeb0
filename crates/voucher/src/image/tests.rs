//! What is taken as an image and what is left of it (VO-6).

use image::{Rgb, RgbImage};
use proptest::prelude::*;

use super::*;

/// A drawing with its left half red, as JPEG.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixels =
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) });
    draw(&pixels).unwrap()
}

/// The file with a segment behind its first two bytes.
fn with_segment(file: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&file[..2], &[0xFF, marker], &length, content, &file[2..]].concat()
}

/// Exif that says how the camera was held, and where (as text, to find it by).
fn exif(orientation: u8) -> Vec<u8> {
    let tiff =
        [b"II*\0\x08\0\0\0", &b"\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
    [b"Exif\0\0", tiff.as_slice(), b"GPS 37.5665N 126.9780E"].concat()
}

fn reason(file: &[u8]) -> &'static str {
    Image::read(file).unwrap_err().reason()
}

fn holds(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_jpeg_is_known_by_its_content() {
    // VO-6
    for file in [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], b"GIF89a\x01\0\x01\0", b"MZ\x90\0", b"<svg/>", b""] {
        assert_eq!(reason(file), "IMAGE_NOT_JPEG");
    }
    assert_eq!(reason(b"\xff\xd8\xff and no picture"), "IMAGE_BROKEN");
    assert_eq!(Image::read(&jpeg(64, 48)).unwrap().digest.len(), 64);
}

#[test]
fn what_is_cut_off_is_refused_wherever_it_was_cut() {
    // VO-6
    let file = jpeg(640, 480);
    let step = file.len() / 40;
    for cut in (4..file.len() - 2).step_by(step.max(1)) {
        assert_eq!(reason(&file[..cut]), "IMAGE_BROKEN", "cut at {cut} of {}", file.len());
    }
}

#[test]
fn a_jpeg_of_300_000_bytes_or_of_more_pixels_than_a_telephone_shows_is_refused() {
    // VO-6
    let file = jpeg(64, 48);
    let with = |bytes: usize| {
        let mut padded = file.clone();
        while bytes - padded.len() > 60_004 {
            padded = with_segment(&padded, 0xFE, &[b' '; 60_000]);
        }
        let rest = bytes - padded.len() - 4;
        with_segment(&padded, 0xFE, &vec![b' '; rest])
    };
    assert_eq!(with(299_999).len(), 299_999);
    assert!(Image::read(&with(299_999)).is_ok());
    assert_eq!(reason(&with(300_000)), "IMAGE_TOO_LARGE");
    assert!(Image::read(&jpeg(3_000, 8)).is_ok());
    assert_eq!(reason(&jpeg(3_001, 8)), "IMAGE_TOO_MANY_PIXELS");
    // A bomb: a small file that says it is of 65,500 pixels a side.
    let mut bomb = jpeg(64, 48);
    let frame = bomb.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_eq!(reason(&bomb), "IMAGE_TOO_MANY_PIXELS");
}

#[test]
fn nothing_but_the_pixels_is_kept_and_they_stand_upright() {
    // VO-6
    let plain = jpeg(64, 48);
    let hidden = [with_segment(&plain, 0xE1, &exif(6)), b"PK\x03\x04 #!/bin/sh".to_vec()].concat();
    assert!(holds(&hidden, b"GPS") && holds(&hidden, b"/bin/sh"));
    let kept = Image::read(&hidden).unwrap().jpeg;
    assert!(!holds(&kept, b"GPS") && !holds(&kept, b"Exif") && !holds(&kept, b"/bin/sh"));
    assert!(kept.ends_with(&[0xFF, 0xD9]));
    let drawn = upright(&kept).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (48, 64), "the camera was held on its side");
    let [above, below] = [drawn.get_pixel(24, 8), drawn.get_pixel(24, 56)];
    assert!(above.0[0] > 150 && below.0[2] > 150, "{above:?} above {below:?}");
}

#[test]
fn the_same_file_is_the_same_image_and_keeping_one_twice_changes_little() {
    // VO-7: the digest is what a verification is bound to
    let file = jpeg(64, 48);
    assert_eq!(Image::read(&file).unwrap().digest, Image::read(&file).unwrap().digest);
    assert_ne!(Image::read(&file).unwrap().digest, Image::read(&jpeg(48, 64)).unwrap().digest);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // VO-6
    #[test]
    fn whatever_is_changed_cut_or_put_in_the_answer_is_an_image_or_a_refusal(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut: Option<prop::sample::Index>,
        splice: (prop::sample::Index, Vec<u8>),
        noise: Vec<u8>,
    ) {
        let mut file = jpeg(40, 24);
        for (place, byte) in places {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let at = splice.0.index(file.len());
        file.splice(at..at, splice.1);
        file.truncate(cut.map_or(file.len(), |cut| cut.index(file.len())));
        for file in [file, noise] {
            match Image::read(&file) {
                Ok(image) => prop_assert!(Image::read(&image.jpeg).is_ok()),
                Err(no) => prop_assert!(no.reason().starts_with("IMAGE_")),
            }
        }
    }
}
