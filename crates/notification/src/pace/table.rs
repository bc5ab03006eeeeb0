//! The only file that knows how the buckets are stored.

use flow::{Fault, Stop, Tx};
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};

use super::Bucket;
use crate::channel::Medium;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "pace")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub medium: String,
        pub left_over: i64,
        pub filled_at: Option<DateTimeUtc>,
        pub held_until: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The road's bucket, until the end of the transaction nobody else's.
pub async fn lock(tx: &Tx, medium: Medium) -> Result<Bucket, Stop> {
    let found = row::Entity::find_by_id(medium.as_str()).lock_exclusive().one(tx.conn()).await?;
    let row = found.ok_or_else(|| Fault::bug(anyhow::anyhow!("no pace for {}", medium.as_str())))?;
    Ok(Bucket { left: row.left_over, filled_at: row.filled_at, held_until: row.held_until })
}

/// Keeps it.
pub async fn save(tx: &Tx, medium: Medium, bucket: &Bucket) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        medium: Set(medium.as_str().to_owned()),
        left_over: Set(bucket.left),
        filled_at: Set(bucket.filled_at),
        held_until: Set(bucket.held_until),
    };
    row::Entity::update(row).validate()?.exec(tx.conn()).await.map(drop)
}
