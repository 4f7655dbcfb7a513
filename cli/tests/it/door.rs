use crate::mesh::{Folder, check};

#[test]
fn what_breaks_the_contract_is_not_sent() {
    let folder = Folder::new();
    let long = "x".repeat(2000);
    let cases: &[(&str, &[&str])] = &[
        ("blank topic", &["request", "--topic", "  "]),
        ("299 words", &["request", "--topic", "Grids", "--words", "299"]),
        ("2001 words", &["request", "--topic", "Grids", "--words", "2001"]),
        ("negative words", &["request", "--topic", "Grids", "--words", "-1"]),
        ("long context", &["request", "--topic", "Grids", "--context", &long]),
        ("demo 299 words", &["demo", "--words", "299"]),
    ];
    for (name, words) in cases {
        let answer = folder.run(words);
        assert_eq!(answer.code, 2, "{name}: {answer}");
        check(&format!("refused {name}"), answer);
    }
    assert!(!folder.path().join(".mesh").exists(), "what is refused makes no mesh");
}

#[test]
fn bodies_are_judged_like_flags() {
    let folder = Folder::new();
    let large = format!(r#"{{"content_topic": "{}", "word_count": 800}}"#, "x".repeat(300_000));
    let cases = [
        ("text for a number", r#"{"content_topic": "Grids", "word_count": "800"}"#),
        ("broken JSON", r#"{"content_topic": "#),
        ("repeated key", r#"{"content_topic": "a", "content_topic": "b", "word_count": 800}"#),
        ("empty body", ""),
        ("array", "[1, 2]"),
        ("large body", &large),
    ];
    for (name, body) in cases {
        let answer = folder.pipe(body, &["request", "-"]);
        assert_eq!(answer.code, 2, "{name}: {answer}");
        check(&format!("refused {name}"), answer);
    }
}

#[test]
fn a_refusal_is_data_with_json() {
    let folder = Folder::new();
    let refusal = folder.json(&["request", "--topic", "Grids", "--words", "299", "--json"]);
    assert_eq!(refusal["code"], "CONTRACT_VIOLATION");
    assert_eq!(refusal["details"][0]["field"], "word_count");
    assert_eq!(refusal["details"][0]["value"], "299");
    assert_eq!(refusal["details"][0]["limit"], "at least 300");
}

#[test]
fn a_file_and_flags_exclude_each_other() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["request", "body.json", "--topic", "Grids"]).code, 2);
    let answer = folder.run(&["request", "body.json"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("cannot read body.json"), "{answer}");
}

#[test]
fn a_wrong_setting_is_named() {
    let folder = Folder::new();
    let cases = [("MESH_ATTEMPT", "3"), ("MAX_WORDS", "many"), ("MESH_TEXT_MODEL", "gpt"), ("MESH_LOG", "a=b=c")];
    for (name, value) in cases {
        let answer = folder.run_with(&[(name, value)], &["request", "--topic", "Grids"]);
        assert_eq!(answer.code, 2, "{answer}");
        check(&format!("setting {name}"), answer);
    }
}

#[cfg(not(feature = "aws"))]
#[test]
fn another_target_needs_another_build() {
    let answer = Folder::new().run(&["list", "--target", "aws"]);
    assert_eq!(answer.code, 2);
    check("target aws", answer);
}

#[cfg(feature = "aws")]
#[test]
fn a_deployment_must_be_named() {
    let answer = Folder::new().run(&["list", "--target", "aws"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(answer.stderr.contains("--prefix or MESH_PREFIX"), "{answer}");
    for command in ["demo", "up"] {
        let answer = Folder::new().run(&[command, "--target", "aws", "--prefix", "va-dev"]);
        assert_eq!(answer.code, 2, "{answer}");
        assert!(answer.stderr.contains("runs the mesh in this process"), "{answer}");
    }
}

#[test]
fn looking_makes_no_mesh() {
    let folder = Folder::new();
    for words in [&["list"][..], &["show", "x"], &["tail"], &["dlq", "list"], &["quarantine", "list"], &["retry", "x"]]
    {
        let answer = folder.run(words);
        assert_eq!(answer.code, 2, "{answer}");
        assert!(answer.stderr.contains("there is no mesh in .mesh"), "{answer}");
    }
    assert!(!folder.path().join(".mesh").exists());
}
