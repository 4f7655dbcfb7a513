use crate::mesh::{Folder, check};

#[test]
fn one_request_goes_through_the_whole_mesh() {
    let folder = Folder::new();
    let answer = folder.run(&["demo", "--topic", "Tidal power", "--words", "400"]);
    assert_eq!(answer.code, 0, "{answer}");
    let timeline = ["ContentRequest", "ContentReady", "ReviewCompleted", "ContentPublished"];
    let positions: Vec<usize> = timeline.iter().filter_map(|name| answer.stderr.find(name)).collect();
    assert!(positions.len() == 4 && positions.is_sorted(), "{answer}");
    assert!(!answer.stderr.contains('['), "a pipe gets no progress bar: {answer}");
    check("demo", regular(&answer.stdout));

    let file = |name: &str| {
        let line = answer.stdout.lines().find(|line| line.trim_start().starts_with(name)).expect(name);
        let path = line.trim_start().strip_prefix(name).expect(name).trim();
        std::fs::read_to_string(folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    assert!(file("article").starts_with("---\n"), "front matter");
    assert!(file("page").to_lowercase().starts_with("<!doctype html>"), "HTML");
}

#[test]
fn a_post_gets_an_illustrated_article_with_metadata() {
    let folder = Folder::new();
    let answer = folder.run(&["demo", "--post", "--json"]);
    assert_eq!(answer.code, 0, "{answer}");
    let report: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!((&report["outcome"], &report["images"]), (&"ContentPublished".into(), &3.into()));
    let events =
        ["ContentDrafted", "ContentReady", "ReviewCompleted", "ImageRequested", "ImagesReady", "ContentPublished"];
    let positions: Vec<usize> = events.iter().filter_map(|name| answer.stderr.find(name)).collect();
    assert!(positions.len() == 6 && positions.is_sorted(), "{answer}");
    let page = folder.path().join(report["page"].as_str().expect("a page"));
    assert!(page.ends_with("sites/demo/posts/demo/index.html"), "{}", page.display());
    assert_eq!(std::fs::read_to_string(page).expect("a page").matches("<img").count(), 3);
    let post = folder.json(&["post", "show", "demo", "--json"]);
    assert_eq!(post["status"], "complete", "{post}");
    let shown = folder.json(&["show", report["content_id"].as_str().expect("an id"), "--json"]);
    let images = shown["images"].as_array().expect("images");
    let there = |image: &serde_json::Value| folder.path().join(image["file"].as_str().expect("a file")).is_file();
    assert!(images.len() == 3 && images.iter().all(there), "{images:?}");
    let dry = folder.run(&["withdraw", "demo"]);
    assert!(dry.code == 0 && dry.stdout.contains("would be withdrawn"), "{dry}");
}

/// The title is the model's; how many words it wrote, too.
fn regular(text: &str) -> String {
    let line = |line: &str| match line.split_once("  words ") {
        Some(_) => "  words    [words]".to_owned(),
        None if line.starts_with("Published") => "Published \"[title]\" in [took]".to_owned(),
        None if line.contains("/posts/") => "  page     .mesh/blobs/site/posts/[slug]/index.html".to_owned(),
        None if line.contains("cost") => "  cost     [cost]".to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_next_commands_work_as_typed() {
    let folder = Folder::new();
    let report = folder.json(&["demo", "--words", "300", "--json", "--home", "my mesh"]);
    let next: Vec<&str> = report["next"].as_array().expect("a list").iter().filter_map(|next| next.as_str()).collect();
    assert_eq!(next.len(), 3);
    for line in next.iter().filter(|line| !line.contains(" up ")) {
        let shell = std::process::Command::new("sh").arg("-c").arg(line).current_dir(folder.path()).output();
        let output = shell.expect("a shell");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("published"), "{line}: {text}");
    }
}

#[test]
fn a_failure_is_exit_1_and_says_what_to_do() {
    let folder = Folder::new();
    let answer = folder.run(&["demo", "--model", "offline/text-v1+fault=auth"]);
    assert_eq!(answer.code, 1, "{answer}");
    check("demo fails", answer.stdout);
}

#[test]
fn a_demo_that_gets_stuck_ends() {
    let folder = Folder::new();
    let words = ["demo", "--model", "offline/text-v1+fault=timeout", "--quiet"];
    let answer = folder.run_with(&[("MESH_ATTEMPTS", "1"), ("MESH_LOG", "off")], &words);
    assert_eq!((answer.code, answer.stderr.as_str()), (1, ""), "{answer}");
    check("demo stuck", answer.stdout);
}

#[test]
fn a_content_is_found_by_each_of_its_ids() {
    let folder = Folder::new();
    let report = folder.json(&["demo", "--words", "300", "--json"]);
    for id in ["event_id", "content_id"] {
        let shown = folder.json(&["show", report[id].as_str().expect(id), "--json"]);
        assert_eq!((&shown["content_id"], &shown["record"]["status"]), (&report["content_id"], &"published".into()));
        assert_eq!((&shown["run"], &shown["end"]["event_type"]), (&report["event_id"], &"ContentPublished".into()));
        assert!(shown["spent"]["answers"].as_u64() > Some(0), "{shown}");
        let ledger = shown["ledger"].as_array().expect("a list");
        assert!(ledger.iter().all(|entry| entry["state"] == "completed"), "{shown}");
        // All is sent but the reminder of publish, which waits for its time.
        let waiting: Vec<_> = ledger.iter().filter(|entry| entry["pending"] != 0).collect();
        assert!(waiting.iter().all(|entry| entry["agent"] == "publish" && entry["pending"] == 1), "{shown}");
    }
    let list = folder.json(&["list", "--status", "published", "--site", "default", "--json"]);
    assert_eq!((list.as_array().map(Vec::len), &list[0]["content_id"]), (Some(1), &report["content_id"]));
    assert_eq!(folder.json(&["list", "--status", "failed", "--json"]), serde_json::json!([]));
    let unknown = folder.run(&["show", "nobody"]);
    assert_eq!(unknown.code, 1);
    check("show unknown", unknown);
}

#[test]
fn the_journal_is_followed_line_by_line() {
    let folder = Folder::new();
    folder.run(&["demo", "--words", "300", "--quiet"]);
    let answer = folder.run(&["tail", "content/ready", "--no-follow", "--json"]);
    let event: serde_json::Value = serde_json::from_str(answer.stdout.trim()).expect("one line of JSON");
    assert_eq!((&event["event_type"], &event["from"]), (&"ContentReady".into(), &"content-gen".into()));
    let all = folder.run(&["tail", "--no-follow", "--since", "1h"]).stdout;
    assert!(all.lines().count() >= 4, "{all}");
    assert_eq!(folder.run(&["tail", "--no-follow", "--since", "soon"]).code, 2);
    assert_eq!(folder.run(&["tail", "/no/where", "--no-follow"]).code, 2);
}
