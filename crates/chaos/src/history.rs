//! What was asked of Dure and what it answered: one line of a file before each operation and one after it, each written
//! before the next step is taken, so that nothing the checks rest on lies only in a process that could die.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use serde_json::{Value, json};
use uuid::Uuid;

/// One operation.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who was asked.
    pub service: &'static str,
    /// For what.
    pub verb: &'static str,
    /// Under which id.
    pub request: Uuid,
    /// With what.
    pub asked: Value,
    /// What became of it; none: not known yet.
    pub outcome: Option<Outcome>,
}

/// A definite answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done; what of the answer is checked.
    Done(Value),
    /// Refused, with the stable reason.
    Refused(String),
}

/// See the module.
pub struct History {
    path: PathBuf,
    file: Mutex<File>,
    entries: Mutex<Vec<Entry>>,
}

impl History {
    /// A new one in the folder.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("history.jsonl");
        let file = File::options().create(true).append(true).open(&path).context("the history")?;
        Ok(Self { path, file: Mutex::new(file), entries: Mutex::default() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Before the call; answers its number.
    pub fn begin(
        &self,
        service: &'static str,
        verb: &'static str,
        request: Uuid,
        asked: Value,
    ) -> anyhow::Result<usize> {
        let mut entries = lock(&self.entries);
        let number = entries.len();
        self.write(&json!({ "number": number, "service": service, "verb": verb, "request": request, "asked": asked }))?;
        entries.push(Entry { service, verb, request, asked, outcome: None });
        Ok(number)
    }

    /// After it.
    pub fn end(&self, number: usize, outcome: Outcome) -> anyhow::Result<()> {
        let line = match &outcome {
            Outcome::Done(answer) => json!({ "number": number, "done": answer }),
            Outcome::Refused(reason) => json!({ "number": number, "refused": reason }),
        };
        self.write(&line)?;
        if let Some(entry) = lock(&self.entries).get_mut(number) {
            entry.outcome = Some(outcome);
        }
        Ok(())
    }

    /// All of it, as it is now.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).clone()
    }

    /// How many operations.
    pub fn count(&self) -> u64 {
        lock(&self.entries).len() as u64
    }

    /// One field of what was answered to every operation of this verb that was done.
    pub fn done(&self, verb: &str, field: &str) -> Vec<String> {
        let entries = lock(&self.entries);
        let answers = entries.iter().filter(|entry| entry.verb == verb).filter_map(Entry::answer);
        answers.filter_map(|answer| answer.get(field)?.as_str().map(str::to_owned)).collect()
    }

    /// The sum of a number in them.
    pub fn sum(&self, verb: &str, field: &str) -> i64 {
        let entries = lock(&self.entries);
        let answers = entries.iter().filter(|entry| entry.verb == verb).filter_map(Entry::answer);
        answers.filter_map(|answer| answer.get(field)?.as_i64()).sum()
    }

    fn write(&self, line: &Value) -> anyhow::Result<()> {
        lock(&self.file).write_all(format!("{line}\n").as_bytes()).context("the history")
    }
}

impl Entry {
    /// What was answered, if it was done.
    pub fn answer(&self) -> Option<&Value> {
        match &self.outcome {
            Some(Outcome::Done(answer)) => Some(answer),
            _ => None,
        }
    }
}

/// A thread that panicked while it held the lock left nothing half-done here.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_counted_and_the_rest_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::new(folder.path()).unwrap();
        let first = history.begin("billing", "PlaceOrder", Uuid::nil(), json!({})).unwrap();
        history.begin("billing", "PlaceOrder", Uuid::nil(), json!({})).unwrap();
        assert!(history.done("PlaceOrder", "order").is_empty());
        history.end(first, Outcome::Done(json!({ "order": "ord_1", "total": 5 }))).unwrap();
        assert_eq!(history.done("PlaceOrder", "order"), ["ord_1"]);
        assert_eq!((history.sum("PlaceOrder", "total"), history.count()), (5, 2));
        assert_eq!(std::fs::read_to_string(history.path()).unwrap().lines().count(), 3);
    }
}
