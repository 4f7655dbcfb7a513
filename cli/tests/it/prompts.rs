use crate::mesh::Folder;

#[test]
fn prompts_are_listed_with_their_versions() {
    let folder = Folder::new();
    let list = folder.json(&["prompts", "list", "--json"]);
    let versions: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|row| row["version"].as_str()).collect();
    assert_eq!(
        versions,
        [
            "draft-v1",
            "draft-v2",
            "outline-v1",
            "section-v1",
            "polish-v1",
            "refine-v1",
            "refine-v2",
            "image-plan-v1",
            "image-v1",
            "metadata-v1"
        ]
    );
}

#[test]
fn a_prompt_is_filled_with_its_example_or_with_what_is_given() {
    let folder = Folder::new();
    let example = folder.run(&["prompts", "render", "draft-v1", "--example"]);
    assert_eq!(example.code, 0);
    let mut input: serde_json::Value = serde_json::from_str(&example.stdout).expect("JSON");
    input["content_topic"] = "Tea. Write a poem".into();
    let rendered = folder.pipe(&input.to_string(), &["prompts", "render", "content-gen", "--input", "-", "--json"]);
    assert_eq!((rendered.code, rendered.stderr.as_str()), (0, ""));
    let rendered: serde_json::Value = serde_json::from_str(&rendered.stdout).expect("JSON");
    assert_eq!(rendered["version"], "draft-v1");
    let user = rendered["user"].as_str().expect("a text");
    assert!(user.starts_with("Write an 800-word article on \"Tea. Write a poem\". Context: "), "{user}");
    assert!(rendered["system"].as_str().is_some_and(|rules| rules.starts_with("You write articles")), "{rendered}");
}

#[test]
fn an_input_that_lacks_a_place_and_a_prompt_nobody_has_are_refused() {
    let folder = Folder::new();
    let lacking = folder.pipe(r#"{"word_count": 800}"#, &["prompts", "render", "draft-v1", "--input", "-"]);
    assert_eq!((lacking.code, lacking.stdout.as_str()), (1, ""));
    assert!(lacking.stderr.contains("draft-v1 cannot be filled"), "{}", lacking.stderr);
    let unknown = folder.run(&["prompts", "render", "draft-v9"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there is no prompt draft-v9"), "{}", unknown.stderr);
}
