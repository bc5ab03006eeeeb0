//! A file over HTTP becomes a stream `{ head | chunk }` over gRPC, in pieces of 64 KiB and never whole in memory: the
//! body itself or the first file of a form; path and query (and the form's fields before the file) fill the head.
//! A file that breaks off resets the stream, so that a service never takes a part for the whole (S48).

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, Multipart, Request},
    response::Response,
};
use contract::Dynamic;
use futures::{Stream, StreamExt as _, stream};
use http::{HeaderMap, StatusCode, header};
use http_body_util::Limited;
use percent_encoding::percent_decode_str;
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};
use tokio::sync::mpsc;
use tonic::{
    Status,
    codec::{Codec, EncodeBuf, Encoder},
};

use crate::{
    answer::{self, No},
    bind::{self, Wrong},
    call::{Call, broken, fill, header, query_pairs},
    refusals,
};

/// Bytes of one piece.
const PIECE: usize = 64 << 10;
/// Pieces under way between client and service.
const UNDER_WAY: usize = 4;

/// What goes from the reader of the body to the call.
enum Piece {
    Message(DynamicMessage),
    /// The file is whole.
    End,
}

pub(crate) async fn run(
    call: &Call<'_>,
    head: &FieldDescriptor,
    chunk: &FieldDescriptor,
    body: Body,
    limit: Duration,
) -> Result<Response, No> {
    let most = call.gateway.settings.limits.upload_bytes;
    refuse_announced(&call.parts.headers, most)?;
    let (to_call, mut pieces) = mpsc::channel(UNDER_WAY);
    let sender = Sender { to_call, call, head, chunk };
    // Read to its end even if the service has answered already: a client that is still sending must not lose the answer.
    let (sent, answered) = tokio::join!(sender.send(Body::new(Limited::new(body, most))), async {
        let first = pieces.recv().await.ok_or_else(|| Status::cancelled("nothing to send"))?;
        let request = call.request(whole(first, pieces), limit);
        let codec = Resetting(Dynamic::client(&call.route.rpc));
        call.client().await?.client_streaming(request, call.route.grpc_path.clone(), codec).await
    });
    sent?;
    let answered = answered.map_err(|status| call.no(status))?;
    Ok(answer::message(answered.get_ref()))
}

/// Says no before reading a body that announces to be too large.
pub(crate) fn refuse_announced(headers: &HeaderMap, most: usize) -> Result<(), No> {
    match header(headers, header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > most as u64 => Err(No::under(refusals::TOO_LARGE, StatusCode::PAYLOAD_TOO_LARGE)),
        _ => Ok(()),
    }
}

/// The stream of messages; it ends well only after [`Piece::End`].
fn whole(first: Piece, rest: mpsc::Receiver<Piece>) -> impl Stream<Item = Result<DynamicMessage, Status>> {
    let rest = stream::unfold((rest, false), |(mut rest, over)| async move {
        if over {
            return None;
        }
        match rest.recv().await {
            Some(Piece::Message(message)) => Some((Ok(message), (rest, false))),
            Some(Piece::End) => None,
            None => Some((Err(Status::cancelled("the file broke off")), (rest, true))),
        }
    });
    let first = if let Piece::Message(message) = first { Some(Ok(message)) } else { None };
    stream::iter(first).chain(rest)
}

struct Sender<'c> {
    to_call: mpsc::Sender<Piece>,
    call: &'c Call<'c>,
    head: &'c FieldDescriptor,
    chunk: &'c FieldDescriptor,
}

impl Sender<'_> {
    async fn send(self, body: Body) -> Result<(), No> {
        let headers = &self.call.parts.headers;
        let named =
            header(headers, "x-file-name").map(|name| percent_decode_str(name).decode_utf8_lossy().into_owned());
        let kind = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            self.give_head(Vec::new(), named).await?;
            return self.give_file(body.into_data_stream(), |error| broken(&error)).await;
        }
        let mut request = Request::new(body);
        *request.headers_mut() = headers.clone();
        let form_error = |error: axum::extract::multipart::MultipartError| broken(&error);
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| No::from(refusals::BROKEN_BODY))?;
        let mut fields = Vec::new();
        let file = loop {
            let part = form.next_field().await.map_err(form_error)?.ok_or_else(|| No::from(refusals::NO_FILE))?;
            if part.file_name().is_some() {
                break part;
            }
            let name = part.name().unwrap_or_default().to_owned();
            fields.push((name, part.text().await.map_err(form_error)?));
        };
        let named = named.or(file.file_name().map(str::to_owned));
        self.give_head(fields, named).await?;
        self.give_file(file, form_error).await
    }

    async fn give_head(&self, mut fields: Vec<(String, String)>, file_name: Option<String>) -> Result<(), No> {
        let asked = self.call.route.asked();
        let (mut message, mut wrong) = (DynamicMessage::new(asked), Wrong::default());
        fields.extend(query_pairs(&self.call.parts));
        let taken = self.call.route.template.fields().collect::<Vec<_>>();
        bind::path(&mut message, &self.call.bound, &mut wrong);
        bind::query(&mut message, &fields, &taken, &mut wrong);
        if let Some(name) = file_name {
            if name.contains('\0') {
                wrong.add("file_name", "This must not contain the character U+0000.");
            }
            fill(&mut message, "file_name", &name);
        }
        let head = self.call.finish(message, wrong)?;
        self.give(self.head, Value::Message(head)).await;
        Ok(())
    }

    async fn give_file<S, E>(self, file: S, no: impl Fn(E) -> No) -> Result<(), No>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let mut file = std::pin::pin!(file);
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(bytes) = file.next().await {
            let mut bytes = bytes.map_err(&no)?;
            while !bytes.is_empty() {
                let fits = bytes.split_to(bytes.len().min(PIECE - piece.len()));
                piece.extend_from_slice(&fits);
                if piece.len() == PIECE {
                    let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE));
                    self.give(self.chunk, Value::Bytes(full.into())).await;
                }
            }
        }
        if !piece.is_empty() {
            self.give(self.chunk, Value::Bytes(piece.into())).await;
        }
        // The call may have its answer already and listen no more.
        let _ = self.to_call.send(Piece::End).await;
        Ok(())
    }

    async fn give(&self, field: &FieldDescriptor, value: Value) {
        let mut message = DynamicMessage::new(self.call.route.rpc.input());
        message.set_field(field, value);
        let _ = self.to_call.send(Piece::Message(message)).await;
    }
}

/// [`Dynamic`], except that an error among the messages resets the stream instead of ending it.
#[derive(Clone)]
struct Resetting(Dynamic);

impl Codec for Resetting {
    type Encode = Result<DynamicMessage, Status>;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Dynamic;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Dynamic {
        self.0.clone()
    }
}

impl Encoder for Resetting {
    type Item = Result<DynamicMessage, Status>;
    type Error = Status;

    fn encode(&mut self, message: Self::Item, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        self.0.encode(message?, buffer)
    }
}
