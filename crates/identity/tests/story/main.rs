//! Identity's stories, over gRPC, on every engine of the run.

mod inviting;
mod people;
mod proving;
mod sessions;
mod signing_in;
mod signing_up;
