//! The database, step by step; the constraints are the last line of each rule.

mod m0001_messages;

use sea_orm_migration::MigrationTrait;

/// In order.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_messages::Step)]
}
