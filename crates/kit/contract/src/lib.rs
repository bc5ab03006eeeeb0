//! What Dure speaks: the messages, clients and servers generated from `proto/`, and what stands beside each RPC there:
//! who may call it ([`access`]) and over which HTTP route (read by the gateway from [`pool`]).

mod access;
pub mod ask;
mod convert;
mod dynamic;
pub mod exported;
mod fact;
mod subscriptions;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

pub use access::{Access, access, access_of, methods};
pub use convert::{date, day, instant, money, timestamp, won};
pub use dynamic::Dynamic;
pub use fact::{EventType, Fact};
pub use subscriptions::{subscribed_by, subscribers, subscriptions};

/// A write: carries the id its caller chose, so that doing it twice does it once.
pub trait Requested {
    /// The caller's id for this request, a UUID.
    fn request_id(&self) -> &str;
}

include!(concat!(env!("OUT_DIR"), "/requested.rs"));

/// Every file of `proto/`, compiled: for reflection, access and routes.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The descriptors, parsed once.
pub fn pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("descriptors were compiled with this crate"));
    &POOL
}

/// Common messages with Google's names.
#[allow(clippy::all, clippy::pedantic, clippy::allow_attributes, reason = "generated code")]
pub mod google {
    /// HTTP routes and bodies.
    pub mod api {
        tonic::include_proto!("google.api");
    }
    /// Money and dates.
    pub mod r#type {
        tonic::include_proto!("google.r#type");
    }
}

macro_rules! contexts {
    ($($context:ident),*) => {
        /// The contexts as their packages nest.
        mod dure {
            $(
                /// The context's messages, clients and servers.
                pub mod $context {
                    /// Version 1.
                    #[allow(clippy::all, clippy::pedantic, clippy::allow_attributes, reason = "generated code")]
                    pub mod v1 {
                        include!(concat!(env!("OUT_DIR"), "/dure.", stringify!($context), ".v1.rs"));
                    }
                }
            )*
        }
        pub use dure::{$($context),*};
    };
}

contexts!(identity, billing, membership, voucher, notification, developer);
