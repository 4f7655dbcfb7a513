//! The files of an image: sizes, places, and what they say of themselves.

use std::io::Cursor;

use bytes::Bytes;
use image::{ImageDecoder, ImageFormat, ImageReader};
use mesh_testkit::model::{ScriptedImageModel, picture};
use serde_json::{Value, json};

use crate::support::{Bench, CONTENT, png};

const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

fn bench(width: u32, height: u32) -> Bench {
    Bench::new(ScriptedImageModel::new().responding(picture(png(width, height))))
}

fn files(image: &Value) -> Vec<(String, String, u64, u64)> {
    let text = |file: &Value, field: &str| file[field].as_str().unwrap().to_owned();
    let number = |file: &Value, field: &str| file[field].as_u64().unwrap();
    let files = image["files"].as_array().unwrap();
    let of = |file: &Value| (text(file, "usage"), text(file, "path"), number(file, "width"), number(file, "height"));
    files.iter().map(of).collect()
}

fn size(bytes: &Bytes, format: ImageFormat) -> (u32, u32) {
    ImageReader::with_format(Cursor::new(bytes.as_ref()), format).into_dimensions().unwrap()
}

#[test]
fn the_first_image_has_files_for_page_previews_and_search() {
    let bench = bench(2000, 1125);
    let image = bench.single(json!({}));
    let path = |name: &str| format!("images/{CONTENT}/r1/1-{name}.jpg");
    let expected = [
        ("content", "480", 480, 270),
        ("content", "960", 960, 540),
        ("content", "1600", 1600, 900),
        ("share", "share", 1200, 630),
        ("square", "square", 1200, 1200),
        ("standard", "standard", 1200, 900),
        ("wide", "wide", 1200, 675),
    ];
    let expected = expected.map(|(usage, name, width, height)| (usage.to_owned(), path(name), width, height));
    assert_eq!(files(&image), expected);
    for (_, path, width, height) in files(&image) {
        let bytes = bench.blob(&format!("site/{path}"));
        let (w, h) = size(&bytes, ImageFormat::Jpeg);
        assert_eq!((u64::from(w), u64::from(h)), (width, height), "{path}");
        assert!(bytes.len() < 1_000_000, "{path}: {}", bytes.len());
    }
    let master = bench.blob(&format!("images/{CONTENT}/r1/1.png"));
    assert_eq!(size(&master, ImageFormat::Png), (1600, 900));
    assert_eq!(image["image"]["bytes"], json!(master.len()));
    assert_eq!(image["image"]["media_type"], "image/png");
}

#[test]
fn other_images_have_files_for_the_page_and_none_larger_than_themselves() {
    let bench = bench(512, 288);
    bench.publish("second", &crate::support::request(2, 2, json!({})));
    bench.round();
    let image = bench.record().unwrap().body["images"][0].clone();
    let widths: Vec<u64> = files(&image).into_iter().map(|(_, _, width, _)| width).collect();
    assert_eq!(widths, [480, 512]);
}

#[test]
fn files_of_a_named_site_are_below_its_root() {
    let bench = bench(512, 288);
    let image = bench.single(json!({"website_id": "shop"}));
    assert_eq!(bench.keys("site/"), [] as [&str; 0]);
    assert_eq!(bench.keys(&format!("sites/shop/images/{CONTENT}/r1/")).len(), files(&image).len());
}

#[test]
fn every_file_says_where_it_comes_from() {
    let bench = bench(512, 288);
    let image = bench.single(json!({}));
    let master = bench.blob(&format!("images/{CONTENT}/r1/1.png"));
    let pages = files(&image).into_iter().map(|(_, path, ..)| (bench.blob(&format!("site/{path}")), ImageFormat::Jpeg));
    for (bytes, format) in pages.chain([(master, ImageFormat::Png)]) {
        let reader = ImageReader::with_format(Cursor::new(bytes.as_ref()), format);
        let packet = reader.into_decoder().unwrap().xmp_metadata().unwrap().expect("a packet");
        let packet = String::from_utf8(packet).unwrap();
        assert!(packet.contains(&format!("<Iptc4xmpExt:DigitalSourceType>{TRAINED}</")), "{packet}");
        assert!(packet.contains("<xmp:CreatorTool>scripted/test</"), "{packet}");
        assert!(packet.contains("x-default\">A queue of 1 &quot;people&quot; &amp; a dog</rdf:li>"), "{packet}");
        image::load_from_memory(&bytes).unwrap();
    }
}

#[test]
fn nothing_of_the_providers_file_but_its_pixels_is_kept() {
    let plain = png(512, 288);
    // A comment of the provider's, as a text chunk behind the header.
    let mut chunk = b"tEXtComment\0made for jane@example.com".to_vec();
    let crc = chunk.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    let length = u32::try_from(chunk.len() - 4).unwrap();
    chunk.extend_from_slice(&(!crc).to_be_bytes());
    let commented = [&plain[..33], &length.to_be_bytes(), &chunk, &plain[33..]].concat();
    let bench = Bench::new(ScriptedImageModel::new().responding(picture(commented.into())));
    bench.single(json!({}));
    let keys = bench.keys("images/").into_iter().chain(bench.keys("site/"));
    for key in keys {
        let bytes = bench.blob(&key);
        assert!(!bytes.windows(4).any(|window| window == b"jane"), "{key}");
    }
}
