//! What stands nowhere: floating-point numbers (money and shares are whole numbers), clocks beside the one clock, and
//! paths of whoever worked here.

use crate::{Finding, tree::Tree};

/// A word, where it may stand all the same, and why.
struct Ban {
    word: &'static str,
    why: &'static str,
    but_in: &'static [&'static str],
}

const BENCHES: &[&str] = &["crates/bench/", "crates/chaos/"];
/// The one clock lives in the kit; what talks to Dure from outside has its own.
const CLOCKS: &[&str] = &["crates/kit/", "crates/bench/", "crates/chaos/", "crates/durectl/", "crates/story/"];

const RUST: [Ban; 4] = [
    Ban { word: "f32", why: "no floating-point numbers: whole won, whole MB, whole per cent", but_in: BENCHES },
    Ban {
        word: "f64",
        why: "no floating-point numbers: whole won, whole MB, whole per cent",
        // A spreadsheet keeps every number as one; it is turned into whole won right there, exactly or not at all.
        but_in: &[
            "crates/bench/",
            "crates/chaos/",
            "crates/voucher/src/sheet/",
            "crates/voucher/src/bin/",
            "crates/story/",
        ],
    },
    Ban { word: "Utc::now", why: "time comes from the one clock: tx.now(), read.now()", but_in: CLOCKS },
    Ban { word: "SystemTime::now", why: "time comes from the one clock: tx.now(), read.now()", but_in: CLOCKS },
];

const PROTO: [Ban; 2] = [
    Ban { word: "float", why: "no floating-point numbers on the wire", but_in: &[] },
    Ban { word: "double", why: "no floating-point numbers on the wire", but_in: &[] },
];

const PATHS: [&str; 4] = ["/work/", "../shared", "shared/design", "shared/spec"];

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut look = |path: &str, number: usize, code: &str, bans: &[Ban]| {
        for ban in bans {
            if says(code, ban.word) && !ban.but_in.iter().any(|place| path.starts_with(place)) {
                found.push(Finding::new(path, number, format!("{}: {}", ban.word, ban.why)));
            }
        }
    };
    for file in tree.rust() {
        file.lines().for_each(|(number, line)| look(&file.path, number, without_comment(line), &RUST));
    }
    for file in tree.protos() {
        file.lines().for_each(|(number, line)| look(&file.path, number, without_comment(line), &PROTO));
    }
    for file in tree.files.iter().filter(|f| !f.path.starts_with("crates/tidy/")) {
        for (number, line) in file.lines() {
            for path in PATHS.iter().filter(|path| line.contains(**path)) {
                found.push(Finding::new(&file.path, number, format!("{path}: name no path outside this repository")));
            }
        }
    }
    found
}

fn without_comment(line: &str) -> &str {
    line.find("//").map_or(line, |at| &line[..at])
}

/// The word stands in the line as a word of its own.
fn says(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word)
        .any(|(at, _)| !part(line[..at].chars().next_back()) && !part(line[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_banned_is_found_as_a_word_and_not_in_comments() {
        let tree = Tree::of(&[
            ("crates/billing/src/price.rs", "//! f64 in a comment.\nlet rate: f64 = x;\nlet f64_like = 1;\n"),
            ("crates/bench/src/main.rs", "//! Bench.\nlet p99: f64 = x;\n"),
            ("crates/billing/src/order.rs", "//! Order.\nlet now = Utc::now();\n"),
            ("crates/kit/flow/src/clock.rs", "//! Clock.\nlet now = Utc::now();\n"),
            ("proto/dure/billing/v1/a.proto", "// A double room.\ndouble price = 1;\n"),
            ("README.md", "see ../shared/x\n"),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        let expected = [
            ("crates/billing/src/price.rs", 2),
            ("crates/billing/src/order.rs", 2),
            ("proto/dure/billing/v1/a.proto", 2),
            ("README.md", 1),
        ];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }
}
