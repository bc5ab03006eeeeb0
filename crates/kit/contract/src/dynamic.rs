//! Messages known only by their descriptor, on the wire: with this codec one client speaks every RPC there is.

use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, prost::Message as _};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Writes dynamic messages and reads those of one type.
#[derive(Debug, Clone)]
pub struct Dynamic(MessageDescriptor);

impl Dynamic {
    /// For a client of this RPC: reads its answers.
    pub fn client(rpc: &MethodDescriptor) -> Self {
        Self(rpc.output())
    }

    /// For a server of this RPC: reads its requests.
    pub fn server(rpc: &MethodDescriptor) -> Self {
        Self(rpc.input())
    }
}

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, message: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(buffer).map_err(|_| Status::internal("a message did not fit its buffer"))
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        DynamicMessage::decode(self.0.clone(), buffer)
            .map(Some)
            .map_err(|_| Status::internal("a message did not decode"))
    }
}
