//! The parent's side of reading a sheet (VO-4): starts the reader in a process of its own with bounded memory,
//! processor time and patience, feeds it the file, and judges the rows as they come.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::Context;
use flow::{Fault, Stop};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
};

use super::{Judged, MOST_ROWS, Row, Unreadable, Verdict, child::Line, judge::Judge};

/// Read from the reader at once.
const PIECE: usize = 64 * 1024;
/// What all cells of a sheet may come to; an honest one has some 30 bytes a row.
const MOST_BYTES: usize = 48 * 1024 * 1024;

/// How the reader is started, and what it may use.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The program; it gets the one argument `parse-sheet`.
    pub program: PathBuf,
    /// Address space, MiB.
    pub memory_mib: u64,
    /// Processor time and patience.
    pub seconds: u64,
}

impl Reader {
    /// Reads and judges a file. A file that cannot be read is a refusal; only a reader that cannot be started is a fault.
    pub async fn read(&self, bytes: Vec<u8>) -> Result<Judged, Stop> {
        let child = self.start().map_err(Fault::bug)?;
        match tokio::time::timeout(Duration::from_secs(self.seconds), judged(child, bytes)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Unreadable::TooLarge.refusal("").into()),
        }
    }

    /// Under `ulimit`, which the shell sets for itself and what it becomes.
    fn start(&self) -> anyhow::Result<Child> {
        let limits = format!(
            "ulimit -v {} && ulimit -t {} && ulimit -c 0 && exec \"$0\" parse-sheet",
            self.memory_mib.saturating_mul(1024),
            self.seconds
        );
        Command::new("/bin/sh")
            .arg("-c")
            .arg(limits)
            .arg(&self.program)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the sheet reader does not start")
    }
}

async fn judged(mut child: Child, bytes: Vec<u8>) -> Result<Judged, Stop> {
    let (stdin, stdout) = child.stdin.take().zip(child.stdout.take()).ok_or_else(|| fault("has no pipes"))?;
    let feeding = async move {
        let mut stdin = stdin;
        // A reader that refuses early stops listening: that is no fault.
        if let Err(error) = stdin.write_all(&bytes).await {
            tracing::debug!(%error, "the sheet reader stopped listening");
        }
    };
    let reading = async move {
        let mut lines = BufReader::with_capacity(PIECE, stdout);
        let (mut sheet, mut line) = (Gathering::default(), Vec::new());
        while lines.read_until(b'\n', &mut line).await.map_err(|_| fault("cannot be read"))? > 0 {
            sheet.take(&line)?;
            line.clear();
        }
        sheet.finish()
    };
    let ((), outcome) = tokio::join!(feeding, reading);
    let status = child.wait().await.map_err(Fault::bug)?;
    match outcome? {
        Some(judged) => Ok(judged),
        // 126, 127: the shell could not run the program. Everything else is a death by its limits or by the file.
        None if matches!(status.code(), Some(126 | 127)) => Err(fault("cannot be run (voucher.sheet_program)")),
        None => {
            tracing::warn!(%status, "a sheet made its reader die");
            Err(Unreadable::TooLarge.refusal("").into())
        }
    }
}

#[derive(Default)]
struct Gathering {
    head: Option<(super::Format, [String; 3])>,
    rows: Vec<Row>,
    bytes: usize,
    judge: Judge,
    end: Option<u64>,
    head_row: u64,
}

impl Gathering {
    fn take(&mut self, line: &[u8]) -> Result<(), Stop> {
        match serde_json::from_slice(line).map_err(|_| fault("speaks another version"))? {
            Line::Head(format, letters, row) => {
                self.head = Some((format, letters));
                self.head_row = row;
            }
            Line::Row(number, name, phone, amount) => {
                let row = self.judge.judge(number, [&name, &phone, &amount]);
                if row.verdict != Verdict::Blank {
                    self.bytes += row.cells.iter().map(String::len).sum::<usize>();
                    self.rows.push(row);
                }
                if self.rows.len() as u64 > MOST_ROWS || self.bytes > MOST_BYTES {
                    return Err(Unreadable::TooLarge.refusal("").into());
                }
            }
            Line::End(last) => self.end = Some(last),
            Line::No(why, cell) => return Err(why.refusal(&cell).into()),
        }
        Ok(())
    }

    /// The sheet, if the reader came to its end.
    fn finish(self) -> Result<Option<Judged>, Stop> {
        let Some(((format, letters), last)) = self.head.zip(self.end) else { return Ok(None) };
        if self.rows.is_empty() {
            return Err(Unreadable::Empty.refusal("").into());
        }
        let below = last.saturating_sub(self.head_row);
        let blank = below.saturating_sub(self.rows.len() as u64);
        let blank = i64::try_from(blank).map_err(|_| fault("counts beyond reason"))?;
        Ok(Some(Judged { format, letters, rows: self.rows, blank }))
    }
}

fn fault(what: &str) -> Stop {
    Fault::bug(anyhow::anyhow!("the sheet reader {what}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of these lines.
    fn program(lines: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("sheet-reader-{}", uuid::Uuid::new_v4()));
        std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    async fn read(lines: &str) -> Result<Judged, Stop> {
        let reader = Reader { program: program(lines), memory_mib: 64, seconds: 10 };
        let read = reader.read(b"a file".to_vec()).await;
        std::fs::remove_file(&reader.program).unwrap();
        read
    }

    #[tokio::test]
    async fn whatever_reads_a_file_has_so_much_memory_and_time_and_no_environment() {
        // VO-4, S50, S51
        let lines = r#"
            echo '{"head":["xlsx",["A","B","C"],1]}'
            echo "{\"row\":[2,\"$(ulimit -v) $(ulimit -t) $(ulimit -c) $HOME\",\"01000001001\",\"1000\"]}"
            echo '{"end":2}'"#;
        let judged = read(lines).await.unwrap();
        assert_eq!(judged.rows[0].cells[0], "65536 10 0");
        assert_eq!(judged.rows[0].verdict, Verdict::Right);
    }

    #[tokio::test]
    async fn a_reader_that_dies_of_its_limits_is_a_refused_file() {
        // VO-4, S51
        let refused = |stop: Stop| match stop {
            Stop::Refused(no) => no.reason(),
            other => panic!("{other:?}"),
        };
        for lines in ["exec tail -n 1 /dev/zero", "kill -9 $$", "echo '{\"end\":2}'; exit 1"] {
            assert_eq!(refused(read(lines).await.unwrap_err()), "SHEET_TOO_LARGE", "{lines}");
        }
        let no = read("echo '{\"no\":[\"macro\",\"\"]}'").await.unwrap_err();
        assert_eq!(refused(no), "SHEET_HAS_MACRO");
    }
}
