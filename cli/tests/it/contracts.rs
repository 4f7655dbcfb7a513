use crate::mesh::{Folder, check};

#[test]
fn a_body_is_judged_by_the_contract_that_is_named() {
    let folder = Folder::new();
    let validate =
        |body: &str, contract: &str| folder.pipe(body, &["contracts", "validate", "--contract", contract, "-"]);
    let good = validate(r#"{"content_topic": "Grids", "word_count": 800}"#, "content-request-v1");
    assert_eq!((good.code, good.stdout.as_str()), (0, "valid by content-request-v1\n"));
    let bad = validate(r#"{"content_topic": "", "word_count": 2001.5, "language": "english"}"#, "ContentRequest");
    assert_eq!(bad.code, 1);
    check("contracts validate bad", bad);
    let unknown = validate("{}", "content-request-v9");
    assert_eq!(unknown.code, 2);
    check("contracts validate unknown", unknown);
}

#[test]
fn the_verdict_is_data_with_json() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("echo.json"), r#"{"message": 1}"#).expect("written");
    let verdict = folder.json(&["contracts", "validate", "--contract", "EchoRequested", "echo.json", "--json"]);
    assert_eq!((&verdict["valid"], &verdict["code"]), (&false.into(), &"CONTRACT_VIOLATION".into()));
}

#[test]
fn every_contract_that_is_listed_can_be_shown() {
    let folder = Folder::new();
    let list = folder.json(&["contracts", "list", "--json"]);
    for row in list.as_array().expect("a list") {
        let name = row["contract"].as_str().expect("a name");
        let schema = folder.json(&["contracts", "show", name]);
        assert_eq!(schema["$id"], format!("urn:content-mesh:contract:{name}"));
    }
}

#[test]
fn channels_say_from_whom_to_whom() {
    let folder = Folder::new();
    let channels = folder.json(&["channels", "--json"]);
    let of = |name: &str| channels.as_array().and_then(|all| all.iter().find(|one| one["event_type"] == name)).cloned();
    let request = of("ContentRequest").expect("requests travel");
    assert_eq!((&request["channel"], &request["subscribers"][0]), (&"/content/request".into(), &"content-gen".into()));
    let text = folder.run(&["channels"]);
    assert_eq!(text.code, 0);
    let line = text.stdout.lines().find(|line| line.contains("EchoRequested")).expect("echo is listed");
    assert!(line.starts_with("/echo/requested") && line.ends_with("echo"), "{line}");
}

#[test]
fn a_code_is_explained() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "contract-violation"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("# CONTRACT_VIOLATION\n"), "{page}");
    let slip = folder.run(&["explain", "CONTRACT_VIOLATON"]);
    assert_eq!((slip.code, slip.stdout.as_str()), (1, ""));
    assert!(slip.stderr.contains("Did you mean CONTRACT_VIOLATION"), "{slip}");
    assert_eq!(folder.json(&["explain", "TIMEOT", "--json"])["closest"][0], "TIMEOUT");
}
