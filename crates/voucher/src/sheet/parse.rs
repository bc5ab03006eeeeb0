//! The parent's side of reading a sheet (VO-4): starts the reader in a process of its own with bounded memory,
//! processor time and patience, feeds it the file, and judges the rows as they come.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::Context;
use flow::{Fault, Stop};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
};

use super::{Judged, MOST_ROWS, Unreadable, Verdict, child::Line, judge::Judge};

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
        let mut lines = BufReader::new(stdout).lines();
        let mut sheet = Gathering::default();
        while let Some(line) = lines.next_line().await.map_err(|_| fault("writes no text"))? {
            sheet.take(&line)?;
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
    rows: Vec<super::Row>,
    judge: Judge,
    end: Option<u64>,
    head_row: u64,
}

impl Gathering {
    fn take(&mut self, line: &str) -> Result<(), Stop> {
        match serde_json::from_str(line).map_err(|_| fault("speaks another version"))? {
            Line::Head(format, letters, row) => {
                self.head = Some((format, letters));
                self.head_row = row;
            }
            Line::Row(number, cells) => {
                let row = self.judge.judge(number, cells.each_ref().map(String::as_str));
                if row.verdict != Verdict::Blank {
                    self.rows.push(row);
                }
                if self.rows.len() as u64 > MOST_ROWS {
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
        Ok(Some(Judged { format, letters, rows: self.rows, blank }))
    }
}

fn fault(what: &str) -> Stop {
    Fault::bug(anyhow::anyhow!("the sheet reader {what}")).into()
}
