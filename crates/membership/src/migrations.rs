//! The tables, in the order they came to be.

mod m0001_memberships;
mod m0002_use;

use sea_orm_migration::MigrationTrait;

/// All of them.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_memberships::Tables), Box::new(m0002_use::Tables)]
}
