//! Sites, links and seen assertions as rows; each "once" is a key of the table.

use flow::{Instant, Read, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use words::{AccountId, CompanyId, SiteId};

use super::{ProductLink, register_product_key::read};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_account: String,
    pub account_id: Uuid,
    pub linked_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

mod site {
    use sea_orm::{ActiveModelBehavior, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "site")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub company_id: Uuid,
        /// base64url; empty: none yet.
        pub public_key: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod seen {
    use sea_orm::{ActiveModelBehavior, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "assertion_seen")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub site_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jti: String,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// False if it was known before.
pub(super) async fn open_site(tx: &Tx, site: SiteId, company: CompanyId) -> Result<bool, Stop> {
    let row =
        site::ActiveModel { id: Set(site.uuid()), company_id: Set(company.uuid()), public_key: Set(String::new()) };
    let known = OnConflict::column(site::Column::Id).do_nothing().to_owned();
    Ok(site::Entity::insert(row).on_conflict(known).exec_without_returning(tx.conn()).await? == 1)
}

pub(super) async fn set_key(tx: &Tx, site: SiteId, company: CompanyId, key: &str) -> Result<bool, Stop> {
    let set = site::Entity::update_many()
        .col_expr(site::Column::PublicKey, Expr::value(key))
        .filter(site::Column::Id.eq(site.uuid()))
        .filter(site::Column::CompanyId.eq(company.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(set.rows_affected == 1)
}

pub(super) async fn company_of(tx: &Tx, site: SiteId) -> Result<Option<CompanyId>, Stop> {
    let row = site::Entity::find_by_id(site.uuid()).one(tx.conn()).await?;
    Ok(row.map(|s| s.company_id.into()))
}

pub(super) async fn key_of(tx: &Tx, site: SiteId) -> Result<Option<[u8; 32]>, Stop> {
    let row = site::Entity::find_by_id(site.uuid()).one(tx.conn()).await?;
    Ok(row.and_then(|s| read(&s.public_key)))
}

pub(super) async fn first_seen(tx: &Tx, site: SiteId, jti: &str) -> Result<bool, Stop> {
    let row = seen::ActiveModel { site_id: Set(site.uuid()), jti: Set(jti.to_owned()), expires_at: Set(tx.now()) };
    let again = OnConflict::columns([seen::Column::SiteId, seen::Column::Jti]).do_nothing().to_owned();
    Ok(seen::Entity::insert(row).on_conflict(again).exec_without_returning(tx.conn()).await? == 1)
}

/// False: the product account, or the account on this site, has a link already.
pub(super) async fn insert(tx: &Tx, link: &ProductLink) -> Result<bool, Stop> {
    let row = ActiveModel {
        site_id: Set(link.site.uuid()),
        product_account: Set(link.product_account.clone()),
        account_id: Set(link.account.uuid()),
        linked_at: Set(tx.now()),
    };
    let there = OnConflict::new().do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(there).exec_without_returning(tx.conn()).await? == 1)
}

pub(super) async fn linked(tx: &Tx, site: SiteId, product_account: &str) -> Result<Option<AccountId>, Stop> {
    let row = Entity::find_by_id((site.uuid(), product_account.to_owned())).one(tx.conn()).await?;
    Ok(row.map(|l| l.account_id.into()))
}

pub(super) async fn is_linked(tx: &Tx, account: AccountId) -> Result<bool, Stop> {
    Ok(Entity::find().filter(Column::AccountId.eq(account.uuid())).one(tx.conn()).await?.is_some())
}

pub(super) async fn of_account(read: &Read, account: AccountId) -> Result<Vec<ProductLink>, Stop> {
    let rows = Entity::find().filter(Column::AccountId.eq(account.uuid())).all(read.conn()).await?;
    let link = |l: Model| ProductLink {
        site: l.site_id.into(),
        product_account: l.product_account,
        account: l.account_id.into(),
    };
    Ok(rows.into_iter().map(link).collect())
}

pub(super) async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    seen::Entity::delete_many().filter(seen::Column::ExpiresAt.lt(before)).exec(tx.conn()).await?;
    Ok(())
}
