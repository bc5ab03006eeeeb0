//! The database, step by step; the constraints are the last line of each rule.

mod m0001_messages;
mod m0002_pictures;
mod m0003_pace;

use sea_orm_migration::MigrationTrait;

/// In order.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_messages::Step), Box::new(m0002_pictures::Step), Box::new(m0003_pace::Step)]
}
