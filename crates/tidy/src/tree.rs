//! The tree as the rules see it: every text file with its lines, and which lines of Rust are tests.

use std::{fs, io, path::Path};

/// Folders nobody wrote.
const SKIPPED: [&str; 5] = ["target", ".git", "node_modules", "proptest-regressions", "dure-data"];
/// What is read; files without an ending too (scripts).
const ENDINGS: [&str; 15] =
    ["rs", "proto", "toml", "md", "sh", "py", "html", "css", "js", "ftl", "txt", "yaml", "yml", "json", ""];

/// One text file.
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// All of them, by path.
pub struct Tree {
    /// See the type.
    pub files: Vec<File>,
}

impl Tree {
    /// Reads the tree under `root`.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// A tree of the given files, for tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Self { files: files.iter().map(file).collect() }
    }

    /// The Rust files but tidy's own, whose rules name what they forbid.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|f| f.path.ends_with(".rs") && !f.path.starts_with("crates/tidy/"))
    }

    /// Our own protos.
    pub fn protos(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|f| f.path.starts_with("proto/dure/"))
    }
}

impl File {
    /// Its lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line))
    }

    /// Number of the first line that is a test: 1 for files of tests, past the end where there is none.
    pub fn tests_from(&self) -> usize {
        let of_tests = self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || ["crates/story/", "crates/bench/", "crates/chaos/", "crates/kit/testkit/"]
                .iter()
                .any(|c| self.path.starts_with(c));
        match of_tests {
            true => 1,
            false => self.lines().find(|(_, line)| *line == "#[cfg(test)]").map_or(usize::MAX, |(number, _)| number),
        }
    }

    /// The lines that are not tests.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let from = self.tests_from();
        self.lines().filter(move |(number, _)| *number < from)
    }

    /// The lines that are.
    pub fn tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let from = self.tests_from();
        self.lines().filter(move |(number, _)| *number >= from)
    }
}

fn walk(root: &Path, folder: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(root, &path, files)?;
            continue;
        }
        let ending = name.rsplit_once('.').map_or("", |(front, ending)| if front.is_empty() { "" } else { ending });
        if ENDINGS.contains(&ending)
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
    Ok(())
}
