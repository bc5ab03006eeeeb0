//! The house rules as a check: `cargo run -p tidy` names every line that breaks one and fails; `cargo run -p tidy -- --write`
//! first writes the table of reasons anew. Each rule is a file in `rules/` that says what it asks and why.

mod rules;
mod tree;

use std::{env, fs, path::Path, process::ExitCode};

use anyhow::Context;
use tree::Tree;

/// A line that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tree = Tree::read(&root).context("reading the tree")?;
    if env::args().any(|a| a == "--write") {
        fs::write(root.join(rules::reasons::TABLE), rules::reasons::table(&tree))
            .context("writing the table of reasons")?;
        tree = Tree::read(&root)?;
    }
    let mut findings = rules::all(&tree);
    findings.sort();
    for Finding { path, line, what } in &findings {
        println!("{path}:{line}: {what}");
    }
    if findings.is_empty() {
        println!("tidy: {} files keep the house rules", tree.files.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} findings", findings.len());
    Ok(ExitCode::FAILURE)
}
