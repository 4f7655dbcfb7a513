use crate::mesh::Folder;

#[test]
fn pipes_get_no_colours() {
    let folder = Folder::new();
    let runs = [
        ("", "demo --words 300"),
        ("NO_COLOR", "list"),
        ("NO_COLOR", "dlq list"),
        ("", "demo --words 300 --model offline/text-v1+fault=auth"),
        ("", "show nobody"),
    ];
    for (variable, words) in runs {
        let words: Vec<&str> = words.split(' ').collect();
        let variables = [("MESH_LOG", "info"), (variable, "1")];
        let answer = folder.run_with(&variables[..1 + usize::from(!variable.is_empty())], &words);
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
    let line = format!("'{}' contracts show content-published-v1 | true", mesh.display());
    let output = std::process::Command::new("sh").arg("-c").arg(line).current_dir(folder.path()).output();
    let output = output.expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
