//! Old binary workbooks with bytes changed, cut off or mixed (VO-4, S48, S50): their reader holds a sheet whole, so each is
//! read as uploads are, by the child program under limits. It answers with rows or a refusal, or dies of a limit; it
//! never panics.

use std::{
    io::Write,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Stdio},
};

use proptest::prelude::*;

/// What a panic leaves as exit code.
const PANIC: i32 = 101;

fn example(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/examples/{file}", env!("CARGO_MANIFEST_DIR"))).expect("the example")
}

/// The last line of the child's answer and how it ended.
fn read(bytes: &[u8]) -> (String, Option<i32>, Option<i32>) {
    let limits = "ulimit -v 524288 && ulimit -t 10 && ulimit -c 0 && exec \"$0\" parse-sheet";
    let mut child = Command::new("/bin/sh")
        .args(["-c", limits, env!("CARGO_BIN_EXE_voucher-sheet")])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    // A child that refused already listens no more.
    let _ = child.stdin.take().expect("a pipe").write_all(bytes);
    let done = child.wait_with_output().expect("it ends");
    let lines = String::from_utf8(done.stdout).expect("text");
    (lines.lines().last().unwrap_or_default().to_owned(), done.status.code(), done.status.signal())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_old_workbook_that_is_changed_cut_or_mixed_is_refused_or_read(
        file in prop::sample::select(vec!["programs/xlwt.xls", "programs/libreoffice.xls", "recipients-50.xls"]),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        splice: Option<(prop::sample::Index, prop::sample::Index)>,
        cut: Option<prop::sample::Index>,
    ) {
        let mut bytes = example(file);
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some((at, from)) = splice {
            let (at, from) = (at.index(bytes.len()), from.index(bytes.len()));
            let piece: Vec<_> = bytes[from..].iter().copied().take(256).collect();
            bytes.splice(at..at, piece);
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let (last, code, signal) = read(&bytes);
        prop_assert!(code != Some(PANIC), "{} panicked", file);
        let answered = last.starts_with("{\"end\"") || last.starts_with("{\"no\"");
        prop_assert!(answered || signal.is_some(), "{}: {} {:?}", file, last, code);
    }
}
