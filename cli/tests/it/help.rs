use crate::mesh::{Folder, check};

#[test]
fn help_says_what_there_is() {
    let folder = Folder::new();
    let pages: &[&[&str]] = &[
        &[],
        &["demo"],
        &["up"],
        &["request"],
        &["show"],
        &["list"],
        &["tail"],
        &["dlq"],
        &["doctor"],
        &["dlq", "list"],
        &["dlq", "peek"],
        &["dlq", "replay"],
        &["replay"],
        &["replay", "plan"],
        &["replay", "apply"],
        &["replay", "verify"],
        &["replay", "edit"],
        &["quarantine"],
        &["quarantine", "list"],
        &["quarantine", "show"],
        &["quarantine", "resubmit"],
        &["retry"],
        &["channels"],
        &["contracts"],
        &["contracts", "validate"],
        &["prompts"],
        &["prompts", "list"],
        &["prompts", "render"],
        &["explain"],
    ];
    for page in pages {
        let answer = folder.run(&[page, &["--help"][..]].concat());
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{page:?}");
        check(&format!("help {}", page.join(" ")), answer.stdout);
    }
    assert!(!folder.path().join(".mesh").exists(), "help makes no mesh");
}

#[test]
fn a_command_that_does_not_exist_is_wrong_usage() {
    let answer = Folder::new().run(&["lst"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    assert!(answer.stderr.contains("similar subcommand") && answer.stderr.contains("'list'"), "{}", answer.stderr);
}

#[test]
fn the_version_is_data() {
    let answer = Folder::new().run(&["--version"]);
    assert_eq!((answer.code, answer.stdout), (0, format!("mesh {}\n", env!("CARGO_PKG_VERSION"))));
}
