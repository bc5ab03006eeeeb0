//! A reason has one meaning: each `Refusal` reason is defined once, or everywhere with the same code and sentence; and all
//! of them stand in one generated table, which callers can rely on.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Finding, tree::Tree};

/// The table.
pub const TABLE: &str = "crates/kit/flow/REASONS.md";

/// A reason as a file defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reason {
    reason: String,
    code: String,
    en: String,
    path: String,
    line: usize,
}

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut meanings = BTreeMap::<String, Reason>::new();
    for reason in defined(tree, "Refusal::new(") {
        let known = meanings.entry(reason.reason.clone()).or_insert_with(|| reason.clone());
        if (&known.code, &known.en) != (&reason.code, &reason.en) {
            let what = format!("{} means something else in {}:{}", reason.reason, known.path, known.line);
            found.push(Finding::new(&reason.path, reason.line, what));
        }
    }
    let kept = tree.files.iter().find(|f| f.path == TABLE).map(|f| f.text.as_str());
    if kept != Some(table(tree).as_str()) {
        found.push(Finding::new(TABLE, 1, "not up to date: cargo run -p tidy -- --write"));
    }
    found
}

/// The table as it should stand.
pub fn table(tree: &Tree) -> String {
    let mut text = String::from(
        "# Reasons\n\nEvery refusal's stable reason (`ErrorInfo.reason`, domain `dure`), its gRPC code and its sentence. \
         Generated: `cargo run -p tidy -- --write`.\n\n| reason | code | sentence | of |\n| --- | --- | --- | --- |\n",
    );
    let mut rows = BTreeMap::<String, (Reason, BTreeSet<String>)>::new();
    for reason in defined(tree, "Refusal::new(") {
        let crate_name = crate_of(&reason.path);
        rows.entry(reason.reason.clone()).or_insert_with(|| (reason, BTreeSet::new())).1.insert(crate_name);
    }
    for (name, (reason, crates)) in rows {
        let of = crates.into_iter().collect::<Vec<_>>().join(", ");
        text += &format!("| `{name}` | {} | {} | {of} |\n", reason.code, reason.en.replace('|', "\\|"));
    }
    text += "\nWhat a field violation begins with (`BadRequest.field_violations`, reason `INVALID_FIELDS`):\n\n| violation | of |\n| --- | --- |\n";
    let mut wrongs = BTreeMap::<String, BTreeSet<String>>::new();
    for wrong in defined(tree, "Wrong::new(") {
        wrongs.entry(wrong.reason).or_default().insert(crate_of(&wrong.path));
    }
    for (name, crates) in wrongs {
        text += &format!("| `{name}` | {} |\n", crates.into_iter().collect::<Vec<_>>().join(", "));
    }
    text
}

/// `crates/kit/flow/src/…` is flow's.
fn crate_of(path: &str) -> String {
    path.split("/src/").next().and_then(|front| front.rsplit('/').next()).unwrap_or_default().to_owned()
}

/// Every definition in code that is no test: the first string is the reason, the second the sentence.
fn defined(tree: &Tree, call: &str) -> Vec<Reason> {
    let mut all = Vec::new();
    for file in tree.rust() {
        let code: String = file.code().map(|(_, line)| format!("{line}\n")).collect();
        for (at, _) in code.match_indices(call) {
            let (arguments, mut strings) = (&code[at + call.len()..], Vec::new());
            let first = arguments.split(',').next().unwrap_or_default().trim();
            let mut rest = arguments;
            while strings.len() < 2
                && let Some((text, after)) = string(rest)
            {
                strings.push(text);
                rest = after;
            }
            let mut strings = strings.into_iter();
            let Some(reason) = strings.next().filter(|r| shaped(r)) else { continue };
            all.push(Reason {
                reason,
                code: first.rsplit("::").next().unwrap_or_default().to_uppercase(),
                en: strings.next().unwrap_or_default(),
                path: file.path.clone(),
                line: code[..at].matches('\n').count() + 1,
            });
        }
    }
    all
}

fn shaped(reason: &str) -> bool {
    !reason.is_empty() && reason.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The next string literal of this call, and what follows it; none after the call's end.
fn string(code: &str) -> Option<(String, &str)> {
    let start = code.find('"')?;
    if code[..start].contains(';') {
        return None;
    }
    let (mut text, mut letters) = (String::new(), code[start + 1..].char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &code[start + 1 + at + 1..])),
            '\\' => match letters.next()?.1 {
                // A line that goes on: what indents the next one is no part of it.
                '\n' => {
                    let rest = letters.as_str();
                    let indent = rest.len() - rest.trim_start().len();
                    for _ in 0..indent {
                        letters.next();
                    }
                }
                escaped => text.push(escaped),
            },
            letter => text.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "//! x\nconst A: Refusal = Refusal::new(\n    code::NOT_FOUND,\n    \"GONE\",\n    \"It is \\\n     \\\"gone\\\".\",\n    \"없음\",\n);\n";

    #[test]
    fn one_reason_has_one_meaning_and_stands_in_the_table() {
        let same = Tree::of(&[("crates/a/src/x.rs", ONE), ("crates/b/src/y.rs", ONE)]);
        let row = "| `GONE` | NOT_FOUND | It is \"gone\". | a, b |";
        assert!(table(&same).contains(row), "{}", table(&same));
        assert_eq!(check(&same).iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), [TABLE]);

        let other = ONE.replace("gone", "lost");
        let tree = Tree::of(&[("crates/a/src/x.rs", ONE), ("crates/b/src/y.rs", &other)]);
        assert_eq!(check(&tree)[0].what, "GONE means something else in crates/a/src/x.rs:2");

        let whole = table(&same);
        let files = [("crates/a/src/x.rs", ONE), ("crates/b/src/y.rs", ONE), (TABLE, whole.as_str())];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn what_tests_define_does_not_count() {
        let tree = Tree::of(&[(
            "crates/a/src/x.rs",
            "//! x\n#[cfg(test)]\nmod t { Refusal::new(code::X, \"TEST\", \"\", \"\") }\n",
        )]);
        assert!(defined(&tree, "Refusal::new(").is_empty());
    }
}
