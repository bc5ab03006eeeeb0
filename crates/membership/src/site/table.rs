//! The only file that knows how sites are stored. A taken prefix or domain shows as a guarded update that changes nothing.

use flow::{Fault, Page, Stop, Tx};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use words::{AccountId, CompanyId, SiteId};

use super::{Domain, Prefix, Site, State};
use crate::membership::SITE_NOT_FOUND;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sites")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub company_id: Uuid,
        pub prefix: String,
        pub wished_prefix: String,
        pub prefix_generated: bool,
        pub domain: Option<String>,
        pub state: String,
        pub opened_on: Date,
        pub main_administrator: Uuid,
        pub version: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A site of the caller's company, locked; another company's is not found.
pub async fn lock(tx: &Tx, site: SiteId) -> Result<Site, Stop> {
    let mut find = row::Entity::find_by_id(site.uuid());
    if let Some(company) = tx.caller().confined_to()? {
        find = find.filter(row::Column::CompanyId.eq(company.uuid()));
    }
    read(find.lock_exclusive().one(tx.conn()).await?.ok_or(SITE_NOT_FOUND)?)
}

/// A site, as it is now.
pub async fn find(db: &impl ConnectionTrait, site: SiteId) -> Result<Site, Stop> {
    read(row::Entity::find_by_id(site.uuid()).one(db).await?.ok_or(SITE_NOT_FOUND)?)
}

/// A page of sites, oldest first; of one company or of all.
pub async fn page(db: &impl ConnectionTrait, company: Option<CompanyId>, page: &Page) -> Result<Vec<Site>, Stop> {
    let mut find = row::Entity::find();
    if let Some(company) = company {
        find = find.filter(row::Column::CompanyId.eq(company.uuid()));
    }
    if let Some(after) = page.after_as::<uuid::Uuid>()? {
        find = find.filter(row::Column::Id.gt(after));
    }
    let rows = find.order_by_asc(row::Column::Id).limit(page.fetch()).all(db).await?;
    rows.into_iter().map(read).collect()
}

/// A new site.
pub async fn insert(tx: &Tx, site: &Site) -> Result<(), Stop> {
    row::Entity::insert(active(site)).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Everything but the address of a locked site.
pub async fn save(tx: &Tx, site: &Site) -> Result<(), Stop> {
    row::Entity::update(active(site)).exec(tx.conn()).await?;
    Ok(())
}

/// Takes the site's prefix and domain, unless another site has one of them: false then. The unique columns decide
/// between two that come at once: the second waits for the first, and its statement alone is undone.
pub async fn take_address(tx: &Tx, site: &Site) -> Result<bool, Stop> {
    let backend = tx.conn().get_database_backend();
    let run = |sql: &'static str, values: Vec<sea_orm::Value>| {
        tx.conn().execute_raw(Statement::from_sql_and_values(backend, sql, values))
    };
    let domain = site.domain.as_ref().map(|d| d.0.clone());
    run("SAVEPOINT address", vec![]).await?;
    let taken = run(
        "UPDATE sites SET prefix = $1, domain = $2 WHERE id = $3",
        vec![site.prefix.0.clone().into(), domain.into(), site.id.uuid().into()],
    )
    .await;
    match taken {
        Ok(_) => {
            run("RELEASE SAVEPOINT address", vec![]).await?;
            Ok(true)
        }
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            run("ROLLBACK TO SAVEPOINT address", vec![]).await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

const STATES: [(State, &str); 3] =
    [(State::AwaitingDns, "awaiting_dns"), (State::Live, "live"), (State::Closed, "closed")];

fn active(site: &Site) -> row::ActiveModel {
    let state = STATES.iter().find(|(state, _)| *state == site.state).map_or("live", |(_, name)| name);
    row::ActiveModel {
        id: Set(site.id.uuid()),
        company_id: Set(site.company.uuid()),
        prefix: Set(site.prefix.0.clone()),
        wished_prefix: Set(site.wished_prefix.clone()),
        prefix_generated: Set(site.prefix_generated),
        domain: Set(site.domain.as_ref().map(|d| d.0.clone())),
        state: Set(state.into()),
        opened_on: Set(site.opened_on.into()),
        main_administrator: Set(site.main_administrator.uuid()),
        version: Set(site.version),
    }
}

fn read(row: row::Model) -> Result<Site, Stop> {
    let state = STATES.iter().find(|(_, name)| *name == row.state).map(|(state, _)| *state);
    Ok(Site {
        id: SiteId::new(row.id),
        company: CompanyId::new(row.company_id),
        prefix: Prefix(row.prefix),
        wished_prefix: row.wished_prefix,
        prefix_generated: row.prefix_generated,
        domain: row.domain.map(Domain),
        state: state.ok_or_else(|| Fault::bug(anyhow::anyhow!("unknown state {}", row.state)))?,
        opened_on: row.opened_on.into(),
        main_administrator: AccountId::new(row.main_administrator),
        version: row.version,
    })
}
