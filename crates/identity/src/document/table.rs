//! Documents as rows; claiming is one guarded UPDATE.

use flow::{Instant, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use words::CompanyId;

use super::{Document, DocumentId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Option<Uuid>,
    pub file_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub path: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn insert(tx: &Tx, d: &Document) -> Result<(), Stop> {
    let row = ActiveModel {
        id: Set(d.id.uuid()),
        company_id: Set(None),
        file_name: Set(d.file_name.clone()),
        content_type: Set(d.content_type.clone()),
        size_bytes: Set(d.size_bytes),
        sha256: Set(d.sha256.clone()),
        path: Set(d.path.clone()),
        created_at: Set(tx.now()),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(super) async fn claim(tx: &Tx, id: DocumentId, company: CompanyId) -> Result<bool, Stop> {
    let claimed = Entity::update_many()
        .col_expr(Column::CompanyId, Expr::value(company.uuid()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::CompanyId.is_null())
        .exec(tx.conn())
        .await?;
    Ok(claimed.rows_affected == 1)
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: DocumentId) -> Result<Option<Document>, Stop> {
    Ok(Entity::find_by_id(id.uuid()).one(conn).await?.map(Document::from))
}

pub(super) async fn take_unclaimed(tx: &Tx, before: Instant, most: u64) -> Result<Vec<String>, Stop> {
    let old = Entity::find()
        .filter(Column::CompanyId.is_null())
        .filter(Column::CreatedAt.lt(before))
        .order_by_asc(Column::CreatedAt)
        .limit(most)
        .lock_exclusive();
    let old = old.all(tx.conn()).await?;
    let ids: Vec<Uuid> = old.iter().map(|d| d.id).collect();
    Entity::delete_many().filter(Column::Id.is_in(ids)).filter(Column::CompanyId.is_null()).exec(tx.conn()).await?;
    Ok(old.into_iter().map(|d| d.path).collect())
}

impl From<Model> for Document {
    fn from(row: Model) -> Self {
        Self {
            id: row.id.into(),
            company: row.company_id.map(CompanyId::from),
            file_name: row.file_name,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            sha256: row.sha256,
            path: row.path,
        }
    }
}
