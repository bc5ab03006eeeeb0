//! S56: every RPC is called with words that must never be seen again, as every kind of text it takes, by everybody who may
//! and some who may not; none of them stands in any log, also where Dure's own crates log all they can.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{Stage, everybody, filled};

/// A secret, a phone, an address, a name.
const CANARIES: [&str; 4] = ["Canary-7Qx-Secret-19", "01000007777", "canary7qx@dure.example", "김카나리아"];
const LOG: &str =
    "info,flow=trace,boot=trace,identity=trace,billing=trace,membership=trace,voucher=trace,notification=trace";

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// S56, OP-6
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_any_rpc_is_in_no_log() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(LOG))
        .with_ansi(false)
        .with_writer(log.clone())
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::NEW)
        .init();
    let stage = Stage::set().await;
    let mut calls = 0;
    for method in contract::methods() {
        for caller in &everybody() {
            for canary in CANARIES {
                stage.call(&method, filled(&method.input(), canary, 0), caller).await;
                calls += 1;
            }
        }
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(calls > 2_000 && log.lines().count() > calls / 2, "{calls} calls left {} lines", log.lines().count());
    let seen: Vec<&str> =
        log.lines().filter(|line| CANARIES.iter().any(|canary| line.contains(canary))).take(5).collect();
    assert!(seen.is_empty(), "{seen:#?}");
    assert!(!log.contains("panicked"), "{:?}", log.lines().find(|line| line.contains("panicked")));
}
