//! What the site's settings and the parts make of the page.

use serde_json::{Value, json};

use crate::support::{Bench, Draft};

fn pages(bench: &Bench) -> (Value, String, String) {
    let published = bench.said("ContentPublished").pop().expect("published");
    let (page, markdown) = (bench.pointed(&published["page"]), bench.pointed(&published["markdown"]));
    (published, page, markdown)
}

#[test]
fn the_brief_names_site_author_address_and_colour() {
    let bench = Bench::new();
    let site = json!({"websiteName": "Fields & Co", "author": "Ada", "websiteUrl": "https://fields.example",
                      "brandColors": ["#003366", "#ffffff"], "markdownFormattingNotes": "Numbered sections"});
    bench.complete(&Draft::new(1, site));
    let (published, page, markdown) = pages(&bench);
    assert_eq!(published["url"], "https://fields.example/posts/small-queues-beat/");
    assert!(page.contains("<link rel=\"canonical\" href=\"https://fields.example/posts/small-queues-beat/\">"));
    assert!(page.contains("<meta property=\"og:site_name\" content=\"Fields &amp; Co\">"));
    assert!(page.contains("<meta name=\"author\" content=\"Ada\">"));
    assert!(page.contains("(prefers-color-scheme: light) { :root { --link: #003366;"));
    assert!(page.contains(">1. Why</h2>") && markdown.contains("\n## 1. Why\n"));
}

#[test]
fn without_a_brief_the_deployment_names_them() {
    let bench = Bench::new();
    bench.complete(&Draft::new(1, json!(null)));
    let (published, page, _) = pages(&bench);
    assert_eq!(published["url"], "https://example.com/posts/small-queues-beat/");
    assert!(page.contains("<meta property=\"og:site_name\" content=\"Content Mesh\">"));
}

#[test]
fn images_and_metadata_are_on_the_page_and_in_the_file() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.complete(&draft);
    let (published, page, markdown) = pages(&bench);
    let path = |name: &str| format!("images/{}/r1/{name}.jpg", draft.content_id);
    assert_eq!(page.matches("<figure>").count(), 2);
    assert!(page.contains(&format!("src=\"../../{}\"", path("1-960"))), "{page}");
    assert!(page.contains("alt=\"A &quot;1&quot; &amp; board\""), "{page}");
    assert!(
        page.contains(&format!("<meta property=\"og:image\" content=\"https://example.com/{}\">", path("1-share")))
    );
    assert!(page.contains("<title>Small queues beat meetings · Field Notes</title>"));
    assert!(page.contains("<meta property=\"og:title\" content=\"Queues, shared\">"));
    assert!(page.contains("<meta property=\"og:description\" content=\"Shared words.\">"));
    assert!(page.contains("<h1>Small queues</h1>"), "the article keeps its title");
    assert!(page.contains("Sample images drawn by rules."));
    let hero = format!("\n![A \\\"1\\\" \\& board](https://example.com/{})\n\nWork waits.", path("1-960"));
    assert!(markdown.contains(&hero), "{markdown}");
    assert!(markdown.contains(&format!("- https://example.com/{}\n", path("1-share"))), "{markdown}");
    assert!(markdown.contains("image_models:\n  - offline/image-v1\n  images_offline: true\n"), "{markdown}");
    assert_eq!(published["keywords"], json!(["queues", "flow"]));
    let record = bench.document("publication", &format!("fields/{}", draft.content_id)).expect("a record");
    assert_eq!(record["image"], json!(path("1-480")));
}

#[test]
fn a_local_preview_names_nothing_absolute() {
    let bench = Bench::at("");
    bench.complete(&Draft::new(1, json!({})));
    let (published, page, markdown) = pages(&bench);
    assert_eq!(published["url"], published["path"]);
    assert!(!page.contains("og:image") && !page.contains("canonical") && !page.contains("og:url"));
    assert!(page.contains("<meta name=\"twitter:card\" content=\"summary\">"));
    assert!(page.contains("src=\"../../images/") && markdown.contains("](../../images/"), "{markdown}");
}

#[test]
fn a_file_of_an_attempt_that_did_not_come_through_is_not_taken_for_ours() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.put(&format!("published/{}.md", draft.content_id), "with other parts");
    bench.complete(&draft);
    let (published, _, markdown) = pages(&bench);
    assert!(markdown.contains("title: Small queues"), "{markdown}");
    assert_ne!(published["markdown"]["uri"], json!(format!("published/{}.md", draft.content_id)));
}

#[test]
fn paths_that_are_not_the_sites_images_are_not_shown() {
    let bench = Bench::new();
    let draft = Draft { parts: vec!["images"], ..Draft::new(1, json!({})) };
    let mut images = draft.images("ok");
    for item in images["images"].as_array_mut().expect("images") {
        for file in item["files"].as_array_mut().expect("files") {
            file["path"] = json!("../../../secret.jpg");
        }
    }
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("ImagesReady", draft.run, &images);
    let (published, page, _) = pages(&bench);
    assert!(!page.contains("secret") && published.get("images").is_none());
}
