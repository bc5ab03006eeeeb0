//! The only file that knows how pictures are stored: sealed, under their digest.

use std::{collections::HashMap, sync::Arc};

use flow::{Instant, Stop, Tx};
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use words::Sealer;

use super::Picture;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "picture")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub sealed: Vec<u8>,
        pub offered_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps it, once; what is there already was offered now.
pub async fn keep(tx: &Tx, digest: &str, sealed: &[u8]) -> Result<(), DbErr> {
    let row =
        row::ActiveModel { digest: Set(digest.to_owned()), sealed: Set(sealed.to_vec()), offered_at: Set(tx.now()) };
    let again = OnConflict::column(row::Column::Digest).update_column(row::Column::OfferedAt).to_owned();
    row::Entity::insert(row).on_conflict(again).exec_without_returning(tx.conn()).await.map(drop)
}

/// Those of these that are there, by their digests.
pub async fn find(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    digests: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, Arc<Picture>>, Stop> {
    let rows = row::Entity::find().filter(row::Column::Digest.is_in(digests)).all(conn).await?;
    let open = |row: row::Model| Picture::new(&row.digest, contract::ask::open_picture(sealer, &row.sealed).ok()?);
    Ok(rows.into_iter().filter_map(open).map(|picture| (picture.digest.clone(), Arc::new(picture))).collect())
}

/// Deletes what was last offered before this.
pub async fn forget(tx: &Tx, before: Instant) -> Result<(), DbErr> {
    row::Entity::delete_many().filter(row::Column::OfferedAt.lt(before)).exec(tx.conn()).await.map(drop)
}
