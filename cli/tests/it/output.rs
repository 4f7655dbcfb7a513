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

/// `script` gives the program a terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_a_bar_and_colours_and_with_no_color_no_colours() {
    let folder = Folder::new();
    let on_terminal = |words: &str, variables: &[(&str, &str)]| {
        let line = format!("'{}' {words}", assert_cmd::cargo::cargo_bin!("mesh").display());
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(folder.path()).stdin(std::process::Stdio::null());
        for name in ["NO_COLOR", "MESH_HOME", "MESH_LOG"] {
            script.env_remove(name);
        }
        let output = script.env("TERM", "xterm").envs(variables.iter().copied()).output().expect("script runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (ended, text) = on_terminal("demo --words 300", &[]);
    assert!(ended && text.contains("ContentPublished") && text.contains("\u{1b}[32m"), "{text}");
    assert!(text.contains("/5 "), "a bar: {text}");
    let (ended, text) = on_terminal("list", &[("NO_COLOR", "1"), ("MESH_LOG", "debug")]);
    assert!(ended && text.contains("published") && !text.contains('\u{1b}'), "{text}");
}
