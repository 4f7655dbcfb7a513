use std::{fs, path::Path};

use crate::mesh::{Answer, Folder, check};

/// A contract as it is, with one text in it replaced.
fn changed(folder: &Folder, name: &str, from: &str, to: &str) -> String {
    let schema = folder.run(&["contracts", "show", name]).stdout;
    assert!(schema.contains(from), "{name} has no {from}");
    schema.replace(from, to)
}

fn put(folder: &Folder, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
    fs::write(path, text).expect("written");
}

fn diff(folder: &Folder, words: &[&str]) -> Answer {
    folder.run(&[&["contracts", "diff"], words].concat())
}

#[test]
fn this_build_breaks_no_release() {
    let folder = Folder::new();
    let answer = diff(&folder, &[]);
    assert_eq!(answer.code, 0, "{answer}");
    assert_eq!(folder.json(&["contracts", "diff", "--json"])["breaking"], false);
}

#[test]
fn what_breaks_is_told_and_fails() {
    let folder = Folder::new();
    put(&folder, "old/a.json", &folder.run(&["contracts", "show", "content-request-v1"]).stdout);
    put(&folder, "new.json", &changed(&folder, "content-request-v1", "\"maximum\": 2000", "\"maximum\": 1000"));
    let answer = diff(&folder, &["old", "new.json"]);
    assert_eq!(answer.code, 1);
    check("contracts diff breaking", answer);
    let report = folder.json(&["contracts", "diff", "old/a.json", "new.json", "--json"]);
    assert_eq!(report["breaking"], true);
    let change = &report["changes"][0];
    assert_eq!(change["path"], "/properties/word_count/maximum");
    assert_eq!((&change["readers"], &change["writers"]), (&"breaking".into(), &"compatible".into()));
    assert_eq!((&change["from"], &change["to"]), (&2000.into(), &1000.into()));
    // The other way round it is the old readers that refuse something.
    let back = folder.json(&["contracts", "diff", "new.json", "old/a.json", "--json"]);
    assert_eq!((&back["breaking"], &back["changes"][0]["writers"]), (&true.into(), &"breaking".into()));
}

#[test]
fn a_new_version_may_break() {
    let folder = Folder::new();
    let v1 = folder.run(&["contracts", "show", "echoed-v1"]).stdout;
    put(&folder, "old/echoed-v1.json", &v1);
    put(&folder, "new/echoed-v1.json", &v1);
    put(
        &folder,
        "new/echoed-v2.json",
        &v1.replace("echoed-v1", "echoed-v2").replace("\"minLength\": 1", "\"minLength\": 9"),
    );
    let answer = diff(&folder, &["old", "new"]);
    assert_eq!(answer.code, 0, "{answer}");
    assert!(answer.stdout.contains("echoed-v2") && answer.stdout.contains("breaking"), "{answer}");
    fs::remove_file(folder.path().join("new/echoed-v1.json")).expect("removed");
    let answer = diff(&folder, &["old", "new"]);
    assert_eq!(answer.code, 1, "who reads old events? {answer}");
}

#[test]
fn what_is_the_same_is_no_change() {
    let folder = Folder::new();
    put(&folder, "a.json", &folder.run(&["contracts", "show", "content-ready-v1"]).stdout);
    let answer = diff(&folder, &["a.json"]);
    assert_eq!((answer.code, answer.stdout.as_str(), answer.stderr.as_str()), (0, "no changes\n", ""));
    put(
        &folder,
        "b.json",
        &changed(&folder, "content-ready-v1", "\"title\": \"", "\"$comment\": \"c\", \"title\": \""),
    );
    let answer = diff(&folder, &["a.json", "b.json"]);
    assert_eq!(answer.code, 0, "{answer}");
    assert!(answer.stdout.contains("$comment added") && answer.stderr.contains("1 change"), "{answer}");
}

#[test]
fn what_cannot_be_read_is_wrong_usage() {
    let folder = Folder::new();
    put(&folder, "broken.json", "{");
    put(&folder, "empty/channels.json", "[]");
    for (path, says) in [("absent.json", "absent.json"), ("broken.json", "no JSON"), ("empty", "no contracts")] {
        let answer = diff(&folder, &[path]);
        assert_eq!((answer.code, answer.stdout.as_str()), (2, ""), "{path}");
        assert!(answer.stderr.contains(says), "{answer}");
    }
}
