//! Billing's migrations, in order. Constraints are the last line of each rule.

mod m0001_first;
mod m0002_purchases;

use sea_orm_migration::MigrationTrait;

/// All of them.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_first::First), Box::new(m0002_purchases::Purchases)]
}
