use crate::mesh::Folder;

#[test]
fn pipes_get_no_colours() {
    let folder = Folder::new();
    let runs: [(&[(&str, &str)], &[&str]); 4] = [
        (&[], &["demo", "--words", "300"]),
        (&[("NO_COLOR", "1")], &["list"]),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")], &["dlq", "list"]),
        (&[("MESH_LOG", "info")], &["demo", "--words", "300", "--model", "offline/text-v1+fault=auth"]),
    ];
    for (variables, words) in runs {
        let answer = folder.run_with(variables, words);
        assert!(!answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'), "{words:?}: {answer}");
    }
}

#[test]
fn quiet_leaves_data_and_errors() {
    let folder = Folder::new();
    let answer = folder.run(&["demo", "--words", "300", "--quiet"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    assert!(answer.stdout.contains("article"));
    assert!(folder.run(&["explain", "XYZ", "-q"]).stderr.contains("there is no code"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let mesh = assert_cmd::cargo::cargo_bin!("mesh");
    let line =
        format!("'{}' contracts show content-published-v1 | head -c 1; echo; exit ${{PIPESTATUS:-0}}", mesh.display());
    let output = std::process::Command::new("sh").arg("-c").arg(line).current_dir(folder.path()).output();
    let output = output.expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
