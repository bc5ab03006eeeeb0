//! Each RPC: parse → verb → render.

mod gift;
mod image;
mod late_send;
mod lot;
mod phone_proof;
mod policy;
mod received_gift;
mod recipient;
mod send;
mod settlement;
mod sheet;
mod sheet_upload;

use std::sync::Arc;

use flow::{Caller, Flow};
use tokio::sync::Semaphore;
use tonic::Request;
use words::Wrong;

use crate::sheet::parse::Reader;

/// All services of this context.
#[derive(Clone)]
pub struct Rpc {
    flow: Flow,
    reader: Reader,
    reading: Arc<Semaphore>,
}

/// Sheets read at the same time: each is a process of its own.
const SHEETS_AT_ONCE: usize = 2;

impl Rpc {
    /// On this flow, reading sheets so.
    pub fn new(flow: Flow, reader: Reader) -> Self {
        Self { flow, reader, reading: Arc::new(Semaphore::new(SHEETS_AT_ONCE)) }
    }
}

/// The caller the access layer found.
fn caller_of<M>(request: &Request<M>) -> Caller {
    request.extensions().get::<Caller>().cloned().unwrap_or_else(Caller::anyone)
}

/// What an upload begins with.
const HEAD_FIRST: Wrong = Wrong::new(
    "HEAD_FIRST",
    "The first part of an upload says what it is for.",
    "업로드의 첫 부분에는 head가 필요합니다.",
);
