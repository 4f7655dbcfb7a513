//! What the offline image model promises, measured on its pixels from outside.
#![allow(clippy::unwrap_used, clippy::result_large_err, missing_docs, reason = "test code")]

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse},
};
use mesh_models::OfflineImageModel;
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    suite::{
        Harness, Time,
        image_model::{Fixture, all, plain_request},
    },
};
use resvg::tiny_skia::Pixmap;

const BRAND: [&str; 3] = ["#ff5733", "#1f3a93", "#33c9a7"];
const OTHER: [&str; 3] = ["#7d3c98", "#f4d03f", "#145a32"];
/// Colours nearer than this look the same at a glance (of 441 at most).
const NEAR: i32 = 48;

fn request(prompt: &str, colors: &[&str]) -> RenderRequest {
    RenderRequest {
        prompt: prompt.into(),
        negative_prompt: None,
        colors: colors.iter().map(|color| (*color).to_owned()).collect(),
        style: None,
        caption: None,
        aspect_ratio: (16, 9),
        seed: 1,
    }
}

fn ask(model: &OfflineImageModel, request: &RenderRequest) -> Result<RenderResponse, ModelError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(model.render(request, Timestamp(0)))
}

fn render(request: &RenderRequest) -> RenderResponse {
    ask(&OfflineImageModel::new(), request).unwrap()
}

fn pixels(answer: &RenderResponse) -> Pixmap {
    Pixmap::decode_png(&answer.image).unwrap()
}

/// Share of the pixels that are near one of the colours.
fn share(picture: &Pixmap, colors: &[&str]) -> f64 {
    let channel = |color: &str, at: usize| i32::from_str_radix(&color[at..at + 2], 16).unwrap();
    let colors: Vec<[i32; 3]> = colors.iter().map(|c| [channel(c, 1), channel(c, 3), channel(c, 5)]).collect();
    let near = picture.pixels().iter().filter(|pixel| {
        let pixel = [pixel.red(), pixel.green(), pixel.blue()].map(i32::from);
        let distance = |color: &[i32; 3]| color.iter().zip(pixel).map(|(a, b)| (a - b).pow(2)).sum::<i32>();
        colors.iter().any(|color| distance(color) <= NEAR.pow(2))
    });
    near.count() as f64 / picture.pixels().len() as f64
}

#[test]
fn the_colours_of_the_brand_dominate() {
    for prompt in ["a harbour at dawn", "two people and a whiteboard", "seeds in a hand", "a bicycle in the snow"] {
        let branded =
            RenderRequest { caption: Some("How small queues beat big meetings".into()), ..request(prompt, &BRAND) };
        let picture = pixels(&render(&branded));
        let (own, others) = (share(&picture, &BRAND), share(&picture, &OTHER));
        assert!(own > 0.75 && others < 0.05, "{prompt}: {own} and {others}");
        let first = share(&picture, &BRAND[..1]);
        assert!(first > 0.25, "{prompt}: the first is the most important one: {first}");
        let one = share(&pixels(&render(&request(prompt, &BRAND[1..2]))), &BRAND[1..2]);
        assert!(one > 0.75, "{prompt}, one colour: {one}");
    }
}

#[test]
fn without_colours_that_can_be_read_the_palette_is_the_calm_one() {
    for colors in [&[][..], &["blue", "#12", "#gggggg"]] {
        let picture = pixels(&render(&request("tea", colors)));
        let calm = share(&picture, &["#2f5d62", "#a7c4bc", "#5e8b7e"]);
        assert!(calm > 0.75, "{calm}");
    }
}

#[test]
fn the_same_request_gives_the_same_bytes_and_any_other_gives_others() {
    let wanted = RenderRequest { caption: Some("Tea & <cake>".into()), ..request("tea", &BRAND) };
    let bytes = |request: &RenderRequest| render(request).image;
    assert_eq!(bytes(&wanted), bytes(&wanted));
    for other in [
        RenderRequest { seed: 2, ..wanted.clone() },
        RenderRequest { prompt: "coffee".into(), ..wanted.clone() },
        RenderRequest { caption: None, ..wanted.clone() },
        RenderRequest { negative_prompt: Some("circles".into()), ..wanted.clone() },
        RenderRequest { colors: OTHER.map(str::to_owned).to_vec(), ..wanted.clone() },
    ] {
        assert_ne!(bytes(&wanted), bytes(&other), "{other:?}");
    }
}

#[test]
fn the_ratio_is_the_one_asked_for_and_the_longer_side_1600() {
    for (ratio, size) in [
        ((16, 9), (1600, 900)),
        ((3, 2), (1600, 1067)),
        ((4, 3), (1600, 1200)),
        ((1, 1), (1600, 1600)),
        ((3, 4), (1200, 1600)),
        ((9, 16), (900, 1600)),
    ] {
        let answer = render(&RenderRequest { aspect_ratio: ratio, ..request("tea", &BRAND) });
        let picture = pixels(&answer);
        assert_eq!((picture.width(), picture.height()), size);
        assert!(picture.pixels().iter().all(|pixel| pixel.alpha() == 255), "nothing is see-through");
        assert!(answer.image.len() < 2_000_000, "{}", answer.image.len());
    }
}

/// Bytes in which two pictures differ.
fn differing(one: &Pixmap, other: &Pixmap, rows: std::ops::Range<u32>, columns: std::ops::Range<u32>) -> usize {
    let all = rows.flat_map(|y| columns.clone().map(move |x| (x, y)));
    all.filter(|(x, y)| one.pixel(*x, *y) != other.pixel(*x, *y)).count()
}

#[test]
fn every_picture_is_marked_in_its_corner() {
    let mark = |colors: &[&str]| {
        let picture = pixels(&render(&request("tea", colors)));
        let corner = (800..900).flat_map(|y| (1400..1600).map(move |x| (x, y)));
        let light = |pixel: resvg::tiny_skia::PremultipliedColorU8| pixel.red() > 250 && pixel.green() > 250;
        corner.filter(|(x, y)| picture.pixel(*x, *y).is_some_and(light)).count()
    };
    // White letters on a dark pill, on any ground but a white one.
    assert!(mark(&["#203040", "#304050"]) > 300);
    assert!(mark(&["#802040", "#903050"]) > 300);
}

#[test]
fn markup_and_control_characters_in_a_caption_are_letters() {
    let plain = request("tea", &BRAND);
    let hostile =
        "</text><script>alert(1)</script><rect width=\"9999\" height=\"9999\" fill=\"#000\"/> ]]> &x; \u{0}\u{8}";
    let captioned = RenderRequest { caption: Some(hostile.into()), ..plain.clone() };
    let (one, other) = (pixels(&render(&plain)), pixels(&render(&captioned)));
    assert_eq!(differing(&one, &other, 0..400, 0..1600), 0, "what is drawn stays where captions are");
    assert!(differing(&one, &other, 400..900, 0..1600) > 1_000, "and is drawn");
}

#[test]
fn a_caption_that_cannot_be_written_is_left_out_and_that_is_said() {
    let answer = render(&RenderRequest { caption: Some("茶の湯の道".into()), ..request("tea", &BRAND) });
    assert!(answer.revised_prompt.unwrap().contains("the caption is left out"));
    let answer = render(&RenderRequest { caption: Some("Чай, τσάι, thé".into()), ..request("tea", &BRAND) });
    assert!(!answer.revised_prompt.unwrap().contains("left out"));
}

#[test]
fn words_have_the_effects_that_are_said_and_no_others() {
    let said = |style: Option<&str>, negative: Option<&str>, colors: &[&str]| {
        let wanted = RenderRequest {
            style: style.map(str::to_owned),
            negative_prompt: negative.map(str::to_owned),
            ..request("secret plans", colors)
        };
        render(&wanted).revised_prompt.unwrap()
    };
    let text = said(Some("soft pastel"), Some("no circles"), &[]);
    for phrase in ["\"soft\": waves", "\"pastel\": light colours", "not \"circles\": without circles", "by rules"] {
        assert!(text.contains(phrase), "{text}");
    }
    let text = said(Some("pastel"), None, &BRAND);
    assert!(text.contains("No word of style had an effect") && text.contains("#ff5733"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn it_says_what_it_is_and_costs_nothing() {
    let model = OfflineImageModel::from_name("offline/image-v1").unwrap();
    let wanted = request("tea", &BRAND);
    assert_eq!((model.name(), model.is_offline(), model.quote(&wanted)), ("offline/image-v1", true, Some(0)));
    let answer = ask(&model, &wanted).unwrap();
    assert_eq!((answer.model.as_str(), answer.offline, answer.attempts), ("offline/image-v1", true, 1));
    assert_eq!((answer.cost_micro_usd, answer.usage.estimated, answer.usage.input_tokens), (Some(0), true, 1));
}

#[test]
fn faults_are_dealt_in_their_order_and_then_all_is_well() {
    use ModelErrorKind::{Auth, ContentPolicy, Overloaded, QuotaExhausted, RateLimited, ServerError, Timeout};
    let name = "offline/image-v1+fault=rate_limit:2,not_an_image,refuse,quota,timeout,server_error:1,overloaded,auth";
    let model = OfflineImageModel::from_name(name).unwrap();
    assert_eq!(model.name(), "offline/image-v1");
    let wanted = request("confidential", &BRAND);
    let kind = || {
        let error = ask(&model, &wanted).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("confidential"));
        error.kind
    };
    assert_eq!([kind(), kind()], [RateLimited, RateLimited]);
    assert!(Pixmap::decode_png(&ask(&model, &wanted).unwrap().image).is_err());
    assert_eq!([kind(), kind(), kind(), kind()], [ContentPolicy, QuotaExhausted, Timeout, ServerError]);
    assert_eq!([kind(), kind()], [Overloaded, Auth]);
    assert!(Pixmap::decode_png(&ask(&model, &wanted).unwrap().image).is_ok());
}

#[test]
fn it_is_an_image_model() {
    block_on(all(&Harness::new(|| Fixture {
        model: Arc::new(OfflineImageModel::new()),
        request: plain_request(),
        time: Time::Manual(Arc::new(ManualClock::new())),
        patience: Duration::from_secs(1),
        deterministic: true,
        silent: None,
        keep: None,
    })));
}

#[test]
fn names_that_cannot_be_read_are_refused() {
    for name in [
        "offline/image-v2",
        "offline/text-v1",
        "offline/image-v1x",
        "offline/image-v1+fault=",
        "offline/image-v1+fault=refuse:0",
    ] {
        assert!(OfflineImageModel::from_name(name).is_err(), "{name}");
    }
}
