//! The same post on two sites: what a site sets can be seen, and measured, in what it gets.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use mesh_contracts::Pointer;
use mesh_core::ports::{Blobs, BlobsExt};
use mesh_gateway::{generation, posts, sites};
use mesh_models::OfflineImageModel;
use mesh_testkit::block_on;
use mesh_tests::World;
use serde_json::{Value, json};

const TITLE: &str = "How tidal power changes a harbour town";
/// Adjectives and openers that the offline model prefers in a tone (`mesh-models`, `offline/refine/tone.rs`).
const WARM: &[&str] = &[
    "gentle",
    "friendly",
    "warm",
    "caring",
    "welcoming",
    "heartfelt",
    "cosy",
    "generous",
    "tender",
    "thoughtful",
    "together",
    "gladly",
    "kindly",
];
const FORMAL: &[&str] = &[
    "careful",
    "proper",
    "orderly",
    "suitable",
    "thorough",
    "prudent",
    "formal",
    "precise",
    "diligent",
    "sober",
    "accordingly",
    "consequently",
    "thus",
];

/// What a site got.
struct Article {
    /// The reviewed text.
    text: String,
    /// The published file.
    file: String,
    /// The published page.
    page: String,
    /// The images as they came from the model.
    images: Vec<image::RgbImage>,
}

impl Article {
    /// Its words, in lower case: what stands between blanks and holds a letter or a digit.
    fn words(&self) -> Vec<String> {
        let tokens = self.text.split_whitespace().filter(|token| token.chars().any(char::is_alphanumeric));
        tokens.map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()).collect()
    }

    fn count(&self, list: &[&str]) -> usize {
        self.words().iter().filter(|word| list.contains(&word.as_str())).count()
    }

    fn headings(&self) -> Vec<&str> {
        self.file.lines().filter(|line| line.starts_with("## ")).collect()
    }

    fn sentences(&self) -> BTreeSet<&str> {
        self.text.split(['.', '\n', ':']).map(str::trim).filter(|sentence| sentence.len() > 20).collect()
    }
}

/// The articles that one post leads to on two sites of these settings.
fn articles(one: Value, other: Value) -> [Article; 2] {
    let mut world = World::new();
    world.draw_with(Arc::new(OfflineImageModel::new()));
    for (site, mut settings) in [("one", one), ("other", other)] {
        settings["websiteName"] = json!("The Weekly");
        let ports = world.ports();
        block_on(sites::put(&ports, site, settings, world.settings.max_words)).expect("a site");
        let post = json!({"websiteId": site, "title": TITLE, "keywords": ["tidal power"]});
        block_on(posts::put(&ports, &format!("tide-{site}"), post)).expect("a post");
        block_on(generation::start(&ports, &world.settings, &format!("tide-{site}"), None, None)).expect("a run");
    }
    block_on(world.drain());
    ["one", "other"].map(|site| article(&world, site))
}

fn article(world: &World, site: &str) -> Article {
    let of_site = |event_type: &str| {
        let found = world.events(event_type).into_iter().find(|event| event["website_id"] == site);
        found.unwrap_or_else(|| panic!("no {event_type} of the site {site}"))
    };
    let (reviewed, published) = (of_site("ReviewCompleted"), of_site("ContentPublished"));
    let string = |pointer: &Value| String::from_utf8(pointed(world, pointer)).expect("UTF-8");
    let images = published["images"].as_array().map_or(&[][..], Vec::as_slice);
    let id = published["content_id"].as_str().expect("an id");
    let masters = (1..=images.len()).map(|n| {
        let found = block_on(world.store.blobs().get_bytes(&format!("images/{id}/r1/{n}.png"), 64_000_000));
        let (_, bytes) = found.expect("a read").expect("a master");
        image::load_from_memory(&bytes).expect("a PNG").into_rgb8()
    });
    Article {
        text: string(&reviewed["reviewed"]),
        file: string(&published["markdown"]),
        page: string(&published["page"]),
        images: masters.collect(),
    }
}

fn pointed(world: &World, pointer: &Value) -> Vec<u8> {
    let pointer: Pointer = serde_json::from_value(pointer.clone()).expect("a pointer");
    let key = world.store.blobs().key_of(&pointer.uri).expect("our store");
    let found = block_on(world.store.blobs().get_bytes(&key, 64_000_000)).expect("a read");
    found.expect("there").1.to_vec()
}

#[test]
fn the_tone_is_heard() {
    let site = |tone: &str| json!({"brandTone": tone, "imagesPerArticle": 0});
    let [warm, formal] = articles(site("warm and friendly"), site("formal and professional"));
    let counts = |article: &Article| (article.count(WARM), article.count(FORMAL));
    let ((warm_in_warm, formal_in_warm), (warm_in_formal, formal_in_formal)) = (counts(&warm), counts(&formal));
    let all = format!(
        "warm article: {warm_in_warm} warm, {formal_in_warm} formal of {} words; \
         formal article: {warm_in_formal} warm, {formal_in_formal} formal of {} words",
        warm.words().len(),
        formal.words().len()
    );
    // At least one word in a hundred, and four times what the other site hears of it.
    assert!(warm_in_warm * 100 >= warm.words().len() && warm_in_warm >= 4 * warm_in_formal.max(1), "{all}");
    assert!(formal_in_formal * 100 >= formal.words().len() && formal_in_formal >= 4 * formal_in_warm.max(1), "{all}");
}

#[test]
fn the_length_is_within_the_bounds() {
    let site =
        |(min, max): (usize, usize)| json!({"articleLengthMin": min, "articleLengthMax": max, "imagesPerArticle": 0});
    let bounds = [(300, 400), (1200, 1400)];
    for (article, (min, max)) in articles(site(bounds[0]), site(bounds[1])).iter().zip(bounds) {
        let words = article.words().len();
        assert!((min..=max).contains(&words), "{words} words where {min} to {max} are wanted");
    }
}

/// Colours of two brands, none near to one of the other.
const BRANDS: [[[u8; 3]; 2]; 2] = [[[0xc6, 0x28, 0x28], [0xf9, 0xa8, 0x25]], [[0x0b, 0x4f, 0x6c], [0x2e, 0x7d, 0x32]]];

fn brand(colors: [[u8; 3]; 2]) -> Value {
    let hex = colors.map(|[red, green, blue]| format!("#{red:02X}{green:02X}{blue:02X}"));
    json!({"brandColors": hex, "imagesPerArticle": 2, "articleLengthMin": 300, "articleLengthMax": 400})
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// The two most frequent colours of an image, as means of their buckets of 32 steps a channel.
fn dominant(image: &image::RgbImage) -> Vec<[u8; 3]> {
    let mut buckets: BTreeMap<[u8; 3], (u64, [u64; 3])> = BTreeMap::new();
    for pixel in image.pixels().step_by(7) {
        let (count, sum) = buckets.entry(pixel.0.map(|channel| channel / 32)).or_default();
        *count += 1;
        (0..3).for_each(|at| sum[at] += u64::from(pixel.0[at]));
    }
    let mut found: Vec<(u64, [u64; 3])> = buckets.into_values().collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.iter().take(2).map(|(count, sum)| sum.map(|channel| u8::try_from(channel / count).expect("a mean"))).collect()
}

#[test]
fn the_images_are_in_the_colours_of_the_brand() {
    let found = articles(brand(BRANDS[0]), brand(BRANDS[1]));
    for (at, article) in found.iter().enumerate() {
        assert_eq!(article.images.len(), 2);
        for color in article.images.iter().flat_map(dominant) {
            let nearest = |brand: [[u8; 3]; 2]| brand.map(|wanted| distance(color, wanted)).into_iter().min();
            let (own, foreign) = (nearest(BRANDS[at]).expect("two"), nearest(BRANDS[1 - at]).expect("two"));
            assert!(
                own * 4 < foreign,
                "{color:?} on site {at}: {own} from its own colours, {foreign} from the other's"
            );
        }
    }
}

#[test]
fn a_formatting_note_is_followed_where_it_was_given() {
    let notes = json!({"markdownFormattingNotes": "Numbered sections and a table of contents.", "imagesPerArticle": 0});
    let [noted, plain] = articles(notes, json!({"imagesPerArticle": 0}));
    for (at, heading) in noted.headings().iter().enumerate() {
        assert!(heading.starts_with(&format!("## {}. ", at + 1)), "{heading}");
    }
    assert!(noted.headings().len() >= 2 && plain.headings().len() >= 2);
    assert!(plain.headings().iter().all(|heading| !heading.starts_with("## 1")), "{:?}", plain.headings());
    let links = |article: &Article| article.page.matches("href=\"#").count();
    assert!(links(&noted) >= links(&plain) + noted.headings().len(), "{} {}", links(&noted), links(&plain));
}

#[test]
fn two_sites_get_two_articles() {
    let site = |at: usize, more: Value| {
        let mut site = brand(BRANDS[at]);
        site.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        site
    };
    let [one, other] = articles(
        site(0, json!({"brandTone": "warm", "targetAudience": "families by the sea"})),
        site(
            1,
            json!({"brandTone": "formal", "targetAudience": "owners of ports",
                       "articleLengthMin": 700, "articleLengthMax": 900,
                       "markdownFormattingNotes": "Numbered sections."}),
        ),
    );
    let (ours, theirs) = (one.sentences(), other.sentences());
    let shared = ours.intersection(&theirs).count();
    assert!(shared * 5 < ours.len().min(theirs.len()), "{shared} sentences of {} and {}", ours.len(), theirs.len());
    assert!(one.images.iter().zip(&other.images).all(|(ours, theirs)| ours != theirs));
    assert_ne!((&one.file, &one.page), (&other.file, &other.page));
}
