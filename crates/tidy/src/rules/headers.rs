//! Every `.rs`, `.proto` and script begins with a comment that says what it is for; no file is longer than 400 lines;
//! a module's file stands beside its folder (no `mod.rs`), so that a noun is found under its own name.

use crate::{
    Finding,
    tree::{File, Tree},
};

const LONGEST: usize = 400;

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter_map(|file| Some(Finding::new(&file.path, 1, wrong(file)?))).collect()
}

fn wrong(file: &File) -> Option<String> {
    let rust = file.path.ends_with(".rs");
    let proto = file.path.starts_with("proto/dure/");
    let first = file.text.lines().next().unwrap_or_default();
    let script = first.starts_with("#!") && !rust;
    if file.path.ends_with("/mod.rs") {
        return Some("no mod.rs: name the file after its folder, beside it".into());
    }
    let says = match (rust, proto, script) {
        (true, _, _) => first.starts_with("//! "),
        (_, true, _) => first.starts_with("// "),
        (_, _, true) => file.text.lines().nth(1).is_some_and(|l| l.starts_with("# ") || l.starts_with("\"\"\"")),
        _ => return None,
    };
    if !says {
        return Some("begin with a comment that says what this file is for".into());
    }
    let lines = file.text.lines().count();
    (lines > LONGEST).then(|| format!("{lines} lines: split it, {LONGEST} is the most"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_for_and_is_not_long() {
        let long = format!("//! Long.\n{}", "\n".repeat(400));
        let tree = Tree::of(&[
            ("crates/a/src/good.rs", "//! Good.\n"),
            ("crates/a/src/silent.rs", "use x;\n"),
            ("crates/a/src/noun/mod.rs", "//! Bad place.\n"),
            ("crates/a/src/long.rs", &long),
            ("proto/dure/a/v1/a.proto", "syntax = \"proto3\";\n"),
            ("scripts/good", "#!/usr/bin/env bash\n# Does it.\n"),
            ("scripts/bad", "#!/usr/bin/env bash\nset -e\n"),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| f.path).collect();
        let expected = [
            "crates/a/src/silent.rs",
            "crates/a/src/noun/mod.rs",
            "crates/a/src/long.rs",
            "proto/dure/a/v1/a.proto",
            "scripts/bad",
        ];
        assert_eq!(found, expected);
    }
}
