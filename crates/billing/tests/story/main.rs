//! Billing's stories, over gRPC on a real database, on both engines.

mod buying;
mod company;
mod purchasing;
mod quoting;
mod refunding;
