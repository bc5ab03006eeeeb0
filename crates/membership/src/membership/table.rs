//! The only file that knows how memberships are stored.

use std::collections::BTreeMap;

use flow::{Fault, Stop, Tx};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use words::{CompanyId, Day, Money, SiteId};

use super::{Membership, MembershipId, OrderId, SITE_NOT_FOUND, State, Terms, fulfil::FulfilOrder};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "memberships")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub site_id: Uuid,
        pub company_id: Uuid,
        pub base_service: String,
        pub paid: bool,
        pub state: String,
        pub seats: i64,
        pub complimentary_seats: i64,
        pub storage_gb: i64,
        pub complimentary_storage_gb: i64,
        pub options: String,
        pub first_day: Date,
        pub last_day: Option<Date>,
        pub monthly_fee: i64,
        pub fee_order: Uuid,
        pub prepaid: bool,
        pub autopay: bool,
        pub revision: i64,
        pub used_seats: i64,
        pub use_revision: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod applied {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "applied_orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub site_id: Uuid,
        pub applied_at: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod waiting {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "waiting_orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub site_id: Uuid,
        pub content: Vec<u8>,
        pub since: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The membership of a site of the caller's company, locked for this transaction; another company's is not found.
pub async fn lock(tx: &Tx, site: SiteId) -> Result<Membership, Stop> {
    let found = find_to_change(tx, site).await?.ok_or(SITE_NOT_FOUND)?;
    match tx.caller().confined_to()? {
        Some(company) if company != found.company => Err(SITE_NOT_FOUND.into()),
        _ => Ok(found),
    }
}

/// The membership of a site, locked, if there is one.
pub async fn find_to_change(tx: &Tx, site: SiteId) -> Result<Option<Membership>, Stop> {
    let row = row::Entity::find().filter(row::Column::SiteId.eq(site.uuid())).lock_exclusive().one(tx.conn()).await?;
    row.map(read).transpose()
}

/// The membership of a site, as it is now, if there is one.
pub async fn find(db: &impl ConnectionTrait, site: SiteId) -> Result<Option<Membership>, Stop> {
    row::Entity::find().filter(row::Column::SiteId.eq(site.uuid())).one(db).await?.map(read).transpose()
}

/// The use revisions of these sites: what a cache compares with.
pub async fn use_revisions(db: &impl ConnectionTrait, sites: &[SiteId]) -> Result<Vec<(SiteId, i64)>, Stop> {
    let mut all = Vec::with_capacity(sites.len());
    for some in sites.chunks(1_000) {
        let rows: Vec<(uuid::Uuid, i64)> = row::Entity::find()
            .select_only()
            .columns([row::Column::SiteId, row::Column::UseRevision])
            .filter(row::Column::SiteId.is_in(some.iter().map(|site| site.uuid())))
            .into_tuple()
            .all(db)
            .await?;
        all.extend(rows.into_iter().map(|(site, revision)| (SiteId::new(site), revision)));
    }
    Ok(all)
}

/// Up to so many sites whose stored state is behind their period: to start, or to expire.
pub async fn due(tx: &Tx, today: Day, most: u64) -> Result<(Vec<SiteId>, Vec<SiteId>), Stop> {
    let sites = |find: sea_orm::Select<row::Entity>| async {
        let found: Vec<uuid::Uuid> = find
            .select_only()
            .column(row::Column::SiteId)
            .order_by_asc(row::Column::Id)
            .limit(most)
            .into_tuple()
            .all(tx.conn())
            .await?;
        Ok::<_, Stop>(found.into_iter().map(SiteId::new).collect())
    };
    let in_states = |states: &[State]| row::Column::State.is_in(states.iter().map(|s| s.name()).collect::<Vec<_>>());
    let today = chrono::NaiveDate::from(today);
    let start = row::Entity::find().filter(in_states(&[State::PendingSetup])).filter(row::Column::FirstDay.lte(today));
    let over = row::Entity::find()
        .filter(in_states(&[State::PendingSetup, State::Active, State::Suspended]))
        .filter(row::Column::LastDay.lt(today));
    Ok((sites(start).await?, sites(over).await?))
}

/// Does the company have a free membership?
pub async fn has_free(tx: &Tx, company: CompanyId) -> Result<bool, Stop> {
    let found = row::Entity::find()
        .filter(row::Column::CompanyId.eq(company.uuid()))
        .filter(row::Column::Paid.eq(false))
        .filter(row::Column::State.ne(State::Terminated.name()))
        .count(tx.conn())
        .await?;
    Ok(found > 0)
}

/// A new membership.
pub async fn insert(tx: &Tx, membership: &Membership) -> Result<(), Stop> {
    row::Entity::insert(active(membership)?).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// A changed one; it was locked, and its revision is the wall behind the lock.
pub async fn save(tx: &Tx, membership: &Membership) -> Result<(), Stop> {
    let saved = row::Entity::update_many()
        .set(active(membership)?)
        .filter(row::Column::Id.eq(membership.id.uuid()))
        .filter(row::Column::UseRevision.eq(membership.use_revision - 1))
        .exec(tx.conn())
        .await?;
    expect_one(saved.rows_affected)
}

/// So many more, or fewer, users in seats: the count and the use revision.
pub async fn seat(tx: &Tx, membership: &mut Membership, change: i64) -> Result<(), Stop> {
    membership.used_seats += change;
    touch(tx, membership).await
}

/// Something that may be used changed beside the contract: every cache must see a new revision.
pub async fn touch(tx: &Tx, membership: &mut Membership) -> Result<(), Stop> {
    let was = membership.use_revision;
    membership.use_revision += 1;
    let set = row::ActiveModel {
        used_seats: Set(membership.used_seats),
        use_revision: Set(membership.use_revision),
        ..Default::default()
    };
    let saved = row::Entity::update_many()
        .set(set)
        .filter(row::Column::Id.eq(membership.id.uuid()))
        .filter(row::Column::UseRevision.eq(was))
        .exec(tx.conn())
        .await?;
    expect_one(saved.rows_affected)
}

/// Claims an order for this transaction: false if it was applied before.
pub async fn claim_order(tx: &Tx, order: OrderId, site: SiteId) -> Result<bool, Stop> {
    let row =
        applied::ActiveModel { order_id: Set(order.uuid()), site_id: Set(site.uuid()), applied_at: Set(tx.now()) };
    let inserted = applied::Entity::insert(row)
        .on_conflict(OnConflict::column(applied::Column::OrderId).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Gives a claim back: the order waits.
pub async fn release_order(tx: &Tx, order: OrderId) -> Result<(), Stop> {
    applied::Entity::delete_by_id(order.uuid()).exec(tx.conn()).await?;
    Ok(())
}

/// Keeps an order until what it builds on is there.
pub async fn put_waiting(tx: &Tx, order: &FulfilOrder) -> Result<(), Stop> {
    let row = waiting::ActiveModel {
        order_id: Set(order.order.uuid()),
        site_id: Set(order.site.uuid()),
        content: Set(serde_json::to_vec(order).map_err(Fault::bug)?),
        since: Set(tx.now()),
    };
    waiting::Entity::insert(row)
        .on_conflict(OnConflict::column(waiting::Column::OrderId).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Takes the orders that wait for a site, in the order they were placed.
pub async fn take_waiting(tx: &Tx, site: SiteId) -> Result<Vec<FulfilOrder>, Stop> {
    let of_site = waiting::Column::SiteId.eq(site.uuid());
    let rows =
        waiting::Entity::find().filter(of_site.clone()).order_by_asc(waiting::Column::OrderId).all(tx.conn()).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    waiting::Entity::delete_many().filter(of_site).exec(tx.conn()).await?;
    rows.iter().map(|row| serde_json::from_slice(&row.content).map_err(|e| Fault::bug(e).into())).collect()
}

/// Sites for which orders wait although they are open.
pub async fn sites_waited_for(tx: &Tx, most: u64) -> Result<Vec<SiteId>, Stop> {
    let open = row::Entity::find().select_only().column(row::Column::SiteId).filter(row::Column::Paid.eq(true));
    let found: Vec<uuid::Uuid> = waiting::Entity::find()
        .select_only()
        .column(waiting::Column::SiteId)
        .distinct()
        .filter(waiting::Column::SiteId.in_subquery(sea_orm::QueryTrait::into_query(open)))
        .limit(most)
        .into_tuple()
        .all(tx.conn())
        .await?;
    Ok(found.into_iter().map(SiteId::new).collect())
}

fn expect_one(rows: u64) -> Result<(), Stop> {
    match rows {
        1 => Ok(()),
        _ => Err(Fault::bug(anyhow::anyhow!("a locked membership changed under its lock")).into()),
    }
}

fn active(m: &Membership) -> Result<row::ActiveModel, Stop> {
    let t = &m.terms;
    Ok(row::ActiveModel {
        id: Set(m.id.uuid()),
        site_id: Set(m.site.uuid()),
        company_id: Set(m.company.uuid()),
        base_service: Set(t.base_service.clone()),
        paid: Set(t.paid),
        state: Set(t.state.name().into()),
        seats: Set(t.seats),
        complimentary_seats: Set(t.complimentary_seats),
        storage_gb: Set(t.storage_gb),
        complimentary_storage_gb: Set(t.complimentary_storage_gb),
        options: Set(serde_json::to_string(&t.options).map_err(Fault::bug)?),
        first_day: Set(t.first_day.into()),
        last_day: Set(t.last_day.map(Into::into)),
        monthly_fee: Set(t.monthly_fee.won()),
        fee_order: Set(m.fee_order.uuid()),
        prepaid: Set(t.prepaid),
        autopay: Set(m.autopay),
        revision: Set(m.revision),
        used_seats: Set(m.used_seats),
        use_revision: Set(m.use_revision),
    })
}

fn read(row: row::Model) -> Result<Membership, Stop> {
    let options: BTreeMap<String, i64> = serde_json::from_str(&row.options).map_err(Fault::bug)?;
    let state = State::of(&row.state).ok_or_else(|| Fault::bug(anyhow::anyhow!("unknown state {}", row.state)))?;
    Ok(Membership {
        id: MembershipId::new(row.id),
        site: SiteId::new(row.site_id),
        company: CompanyId::new(row.company_id),
        terms: Terms {
            base_service: row.base_service,
            paid: row.paid,
            state,
            seats: row.seats,
            complimentary_seats: row.complimentary_seats,
            storage_gb: row.storage_gb,
            complimentary_storage_gb: row.complimentary_storage_gb,
            options,
            first_day: row.first_day.into(),
            last_day: row.last_day.map(Into::into),
            monthly_fee: Money::from_won(row.monthly_fee),
            prepaid: row.prepaid,
        },
        fee_order: OrderId::new(row.fee_order),
        autopay: row.autopay,
        revision: row.revision,
        used_seats: row.used_seats,
        use_revision: row.use_revision,
    })
}
