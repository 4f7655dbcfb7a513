//! The rules of the tree: who may depend on whom, and what the code of each part never names.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a root").to_owned()
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Workspace members and the packages they depend on, dev-dependencies left out.
fn members() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"])).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    let normal = |package: &Value| {
        let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
        dependencies.filter(|one| one["kind"].is_null()).map(|one| text(&one["name"])).collect()
    };
    packages.iter().map(|package| (text(&package["name"]), normal(package))).collect()
}

fn agents() -> Vec<String> {
    members().into_keys().filter(|name| name.starts_with("agent-")).collect()
}

/// Every Rust file below a folder.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                files.push((path, text));
            }
        }
    }
    files
}

/// The part of a file that is no test.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn dependencies_follow_the_arrows() {
    let members = members();
    let ours = |name: &str| -> BTreeSet<String> {
        let of = |name: &&String| name.starts_with("mesh-") || name.starts_with("agent-");
        members[name].iter().filter(of).cloned().collect()
    };
    let set = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(ours("mesh-contracts"), set(&[]));
    assert_eq!(ours("mesh-core"), set(&["mesh-contracts"]));
    // Bedrock's models are reached through an SDK of AWS's, and are otherwise models like all others.
    for (adapter, beside) in
        [("mesh-embedded", set(&[])), ("mesh-aws", set(&["mesh-models"])), ("mesh-models", set(&[]))]
    {
        let below = set(&["mesh-contracts", "mesh-core", "mesh-system"]);
        let extra: BTreeSet<_> = ours(adapter).difference(&below).cloned().collect();
        assert_eq!(extra, beside, "{adapter}");
    }
    assert_eq!(ours("mesh-system"), set(&["mesh-core"]));
    assert_eq!(ours("mesh-article"), set(&[]));
    assert_eq!(ours("mesh-gateway"), set(&["mesh-aws", "mesh-contracts", "mesh-core"]));
    for agent in agents() {
        let extra: BTreeSet<_> =
            ours(&agent).difference(&set(&["mesh-article", "mesh-contracts", "mesh-core"])).cloned().collect();
        // The process of an agent, not its library: both are optional, behind the feature `aws`.
        let process = extra.difference(&set(&["mesh-aws", "mesh-models"])).count() == 0;
        assert!(process, "{agent} depends on another agent or an adapter: {extra:?}");
        let text =
            fs::read_to_string(root().join("agents").join(agent.trim_start_matches("agent-")).join("Cargo.toml"));
        for adapter in extra {
            let line = format!("{adapter} = {{ workspace = true, optional = true }}");
            assert!(text.as_ref().expect("Cargo.toml").contains(&line), "{agent}: {adapter} is not optional");
        }
    }
}

#[test]
fn only_processes_name_the_aws_adapter() {
    for (path, text) in sources("agents") {
        let process = path.ends_with("src/main.rs");
        assert!(process || !text.contains("mesh_aws"), "{} names mesh_aws", path.display());
    }
}

#[test]
fn the_testkit_is_a_dev_dependency_only() {
    for (name, dependencies) in members() {
        let allowed = matches!(name.as_str(), "mesh-tests" | "mesh-benches" | "mesh-testkit" | "mesh-agent-bench");
        assert!(allowed || !dependencies.contains("mesh-testkit"), "{name} depends on mesh-testkit");
        assert!(!dependencies.contains("mesh-agent-bench"), "{name} depends on mesh-agent-bench");
    }
}

#[test]
fn libraries_keep_to_their_side() {
    let members = members();
    let forbidden: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("mesh-contracts", &["tokio", "futures-util", "async-trait", "reqwest", "rusqlite", "tracing"][..]),
        ("mesh-core", &["tokio", "reqwest", "rusqlite", "rand", "getrandom", "backoff"][..]),
        ("mesh-embedded", &["reqwest", "backoff"][..]),
        ("mesh-models", &["rusqlite"][..]),
    ]);
    for (name, crates) in forbidden {
        for one in crates {
            assert!(!members[name].contains(*one), "{name} depends on {one}");
        }
    }
    for agent in agents() {
        for one in ["tokio", "reqwest", "rusqlite", "backoff", "futures-util"] {
            assert!(!members[&agent].contains(one), "{agent} depends on {one}");
        }
        assert!(!members[&agent].iter().any(|name| name.starts_with("aws-")), "{agent} depends on an SDK");
    }
    for (name, dependencies) in &members {
        assert!(name == "mesh-models" || !dependencies.contains("backoff"), "{name} depends on backoff");
    }
}

#[test]
fn the_demo_compiles_no_aws_sdk() {
    let tree = cargo(&["tree", "--package", "mesh-cli", "--edges", "normal,build", "--prefix", "none", "--offline"]);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(crates.contains("rusqlite"), "the tree is that of the demo");
    for name in crates {
        // aws-lc is a library of ciphers, not of services.
        let sdk = name.starts_with("aws-") && !name.starts_with("aws-lc") || name.starts_with("lambda");
        assert!(!sdk, "mesh-cli compiles {name}");
    }
}

#[test]
fn agents_name_neither_environment_nor_clock_nor_chance() {
    let words = ["std::env", "SystemTime", "Instant::now", "new_v4", "tokio::", "rand::", "rusqlite", "publish(&["];
    for (path, text) in
        sources("agents").into_iter().chain(sources("shared/mesh")).chain(sources("shared/contracts/src"))
    {
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        for word in words {
            assert!(!production(&text).contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn backoff_stays_in_one_private_module() {
    let users: Vec<PathBuf> = sources("shared")
        .into_iter()
        .chain(sources("cli"))
        .filter(|(_, text)| production(text).contains("backoff::") && production(text).contains("use backoff"))
        .map(|(path, _)| path)
        .collect();
    let own = users.iter().filter(|path| !path.ends_with("retry.rs") && !path.starts_with(root().join("shared/mesh")));
    assert_eq!(own.count(), 0, "{users:?}");
}

#[test]
fn every_member_inherits_version_edition_lints() {
    let folders = ["shared", "agents"].iter().flat_map(|folder| fs::read_dir(root().join(folder)).expect("a folder"));
    let mut manifests: Vec<PathBuf> = folders.map(|entry| entry.expect("an entry").path().join("Cargo.toml")).collect();
    manifests.extend(["cli", "tests", "benches"].map(|folder| root().join(folder).join("Cargo.toml")));
    for path in manifests.into_iter().filter(|path| path.exists()) {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for line in ["version.workspace = true", "edition.workspace = true", "rust-version.workspace = true"] {
            assert!(text.contains(line), "{} lacks {line}", path.display());
        }
        assert!(text.contains("[lints]\nworkspace = true"), "{} lacks the workspace's lints", path.display());
    }
}

#[test]
fn every_agent_has_a_manifest_under_its_own_name_and_is_registered() {
    let registry = fs::read_to_string(root().join("cli/src/registry.rs")).expect("the registry");
    for agent in agents() {
        let name = agent.trim_start_matches("agent-");
        let text = fs::read_to_string(root().join("agents").join(name).join("agent.json")).expect("agent.json");
        let manifest = mesh_core::Manifest::parse(&text).expect("a manifest");
        assert_eq!(manifest.name, name);
        let call = format!("{}::agent(", agent.replace('-', "_"));
        assert!(registry.contains(&call), "cli/src/registry.rs does not list {agent}");
    }
}

#[test]
fn every_kind_of_document_has_one_writer() {
    let mut writers: BTreeMap<String, String> = BTreeMap::new();
    for agent in agents() {
        let name = agent.trim_start_matches("agent-");
        let text = fs::read_to_string(root().join("agents").join(name).join("agent.json")).expect("agent.json");
        for kind in mesh_core::Manifest::parse(&text).expect("a manifest").writes {
            let other = writers.insert(kind.clone(), name.to_owned());
            assert_eq!(other, None, "{kind} is written by {name} as well");
        }
    }
    assert!(writers.contains_key("content"));
}

#[test]
fn what_an_agent_listens_to_somebody_sends() {
    /// Types that come from outside, or whose sender is still to come. May only shrink.
    const FROM_OUTSIDE: [&str; 3] = ["ContentRequest", "EchoRequested", "WithdrawalRequested"];
    let manifests: Vec<mesh_core::Manifest> = agents()
        .iter()
        .map(|agent| root().join("agents").join(agent.trim_start_matches("agent-")).join("agent.json"))
        .map(|path| mesh_core::Manifest::parse(&fs::read_to_string(path).expect("agent.json")).expect("a manifest"))
        .collect();
    for manifest in &manifests {
        for name in manifest.subscribes.iter().flat_map(|subscription| &subscription.types) {
            let sent = manifests.iter().any(|other| other.may_publish(name));
            let request = name.ends_with("Requested") && manifest.publishes.iter().any(|out| out != name);
            assert!(sent || request || FROM_OUTSIDE.contains(&name.as_str()), "nobody sends {name}");
        }
    }
}

#[test]
fn files_stay_small() {
    /// Word lists and the like, which are data. May only shrink.
    const DATA: [&str; 3] = ["grammar", "words", "phrases"];
    let folders = ["shared", "agents", "gateway", "cli", "tests", "benches"];
    for (path, text) in folders.into_iter().flat_map(sources) {
        let data = DATA.iter().any(|word| path.to_string_lossy().contains(word));
        let lines = text.lines().count();
        assert!(data || lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn both_agents_with_pages_share_one_look() {
    let css = |agent: &str| fs::read_to_string(root().join("agents").join(agent).join("templates/base.css"));
    assert_eq!(css("publish").expect("css"), css("site").expect("css"));
}
