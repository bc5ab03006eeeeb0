//! What is not ours: the business registry (ID-4).

pub mod registry;
