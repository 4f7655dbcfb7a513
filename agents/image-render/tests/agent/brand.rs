//! Brand, style and ratio of a site, from its settings to the pixels of a file; drawn by the offline model.

use std::sync::Arc;

use mesh_models::OfflineImageModel;
use mesh_testkit::model::{ScriptedImageModel, picture};
use serde_json::json;

use crate::support::{Bench, png};

#[test]
fn the_model_is_asked_for_the_sites_brand() {
    let bench = Bench::new(ScriptedImageModel::new().responding(picture(png(512, 384))));
    let brief = bench.brief(json!({
        "brandColors": ["#FF5733", "#1F3A93"], "imageStylePrompt": "flat", "imageAspectRatio": "4:3",
        "negativeImagePrompts": "crowds", "preferredImageModel": "scripted/test",
    }));
    let image = bench.single(json!({"brief": brief, "website_id": "shop"}));
    assert_eq!(image["status"], "ok");
    let asked = &bench.model.requests()[0];
    assert_eq!((asked.aspect_ratio, asked.negative_prompt.as_deref()), ((4, 3), Some("crowds")));
    assert!(asked.prompt.contains("«Scene 1»") && asked.prompt.contains("#ff5733, #1f3a93"), "{}", asked.prompt);
    assert_eq!(asked.caption.as_deref(), Some("Small queues"));
}

#[test]
fn the_colours_of_the_brand_dominate_every_file() {
    let bench = Bench::with(Arc::new(OfflineImageModel::new()), Arc::new(ScriptedImageModel::new()));
    let brief = bench.brief(json!({"brandColors": ["#FF5733", "#1F3A93", "#33C9A7"]}));
    let image = bench.single(json!({"brief": brief, "website_id": "shop"}));
    assert_eq!(
        (&image["status"], &image["model"], &image["offline"]),
        (&json!("ok"), &json!("offline/image-v1"), &json!(true))
    );
    let brand = [[0xff, 0x57, 0x33], [0x1f, 0x3a, 0x93], [0x33, 0xc9, 0xa7]];
    for file in image["files"].as_array().unwrap() {
        let bytes = bench.blob(&format!("sites/shop/{}", file["path"].as_str().unwrap()));
        assert!(bytes.windows(17).any(|window| window == b"/algorithmicMedia"), "made by rules, and labelled so");
        let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
        let near = pixels.pixels().filter(|pixel| {
            let distance =
                |color: &[i32; 3]| color.iter().zip(pixel.0).map(|(a, b)| (a - i32::from(b)).pow(2)).sum::<i32>();
            brand.iter().any(|color| distance(color) < 56 * 56)
        });
        let share = near.count() as f64 / f64::from(pixels.width() * pixels.height());
        assert!(share > 0.7, "{}: {share}", file["path"]);
    }
}
