//! A rule's number (`BI-9`) that stands in code also stands in a test: "where is this rule, and what proves it?" is one
//! search. Only rules that code holds are asked for; a number in a README promises nothing here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Finding, tree::Tree};

const PAGES: [&str; 7] = ["ID", "BI", "ME", "VO", "NO", "GW", "OP"];

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut held = BTreeMap::<String, (String, usize)>::new();
    let mut proved = BTreeSet::new();
    for file in tree.rust() {
        for (line, text) in file.code() {
            for number in numbers(text) {
                held.entry(number).or_insert_with(|| (file.path.clone(), line));
            }
        }
        proved.extend(file.tests().flat_map(|(_, text)| numbers(text)));
    }
    let unproved = held.into_iter().filter(|(number, _)| !proved.contains(number));
    unproved.map(|(number, (path, line))| Finding::new(&path, line, format!("{number} stands in no test"))).collect()
}

/// The rule numbers in a line, ranges (`ID-5 … 9`) by what is written out.
fn numbers(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for page in PAGES {
        for (at, _) in text.match_indices(page) {
            let alone = !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
            let digits: String = text[at + page.len()..]
                .strip_prefix('-')
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
                .unwrap_or_default();
            if alone && !digits.is_empty() {
                all.push(format!("{page}-{digits}"));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_held_is_a_rule_proved() {
        let tree = Tree::of(&[
            (
                "crates/a/src/x.rs",
                "//! Pays (BI-10), with what it owes (BI-11).\n#[cfg(test)]\nmod tests {\n    // BI-10\n}\n",
            ),
            ("crates/a/tests/story.rs", "//! ID-2 here.\n"),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| f.what).collect();
        assert_eq!(found, ["BI-11 stands in no test"]);
        assert_eq!(numbers("BI-9, XBI-1, BI-x, (VO-12)"), ["BI-9", "VO-12"]);
    }
}
