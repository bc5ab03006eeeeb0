//! The only file that knows how messages are stored.

use std::collections::{BTreeMap, HashMap};

use flow::{Fault, Instant, Page, Refusal, Stop, Tx};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    Condition, QueryOrder, QuerySelect, QueryTrait as _,
    entity::prelude::*,
    sea_query::{ExprTrait as _, LockBehavior, LockType, OnConflict},
};
use uuid::Uuid;

use super::{Lane, Message, State, claim::Claimed, queue::Asked};
use crate::channel::{Channel, Medium};
use contract::notification::v1 as pb;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "message")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        #[sea_orm(unique)]
        pub message_id: Uuid,
        pub template: String,
        pub locale: String,
        pub priority: i32,
        pub on_behalf_of: String,
        pub reference: String,
        pub medium: String,
        pub sealed: Option<Vec<u8>>,
        pub state: String,
        pub channel: Option<String>,
        pub reason: String,
        pub attempts: i32,
        pub due_at: DateTimeUtc,
        pub lease: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows a statement: 16 values each stay under SQLite's 32,766.
const CHUNK: usize = 1_000;

/// Queues those that are new.
pub async fn insert(tx: &Tx, asked: &[Asked]) -> Result<(), DbErr> {
    let now = tx.now();
    for part in asked.chunks(CHUNK) {
        let rows = part.iter().cloned().map(|asked| to_row(asked, now));
        row::Entity::insert_many(rows)
            .on_conflict(OnConflict::column(row::Column::MessageId).do_nothing().to_owned())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

fn to_row(asked: Asked, now: Instant) -> row::ActiveModel {
    let failure = asked.failure();
    row::ActiveModel {
        seq: NotSet,
        message_id: Set(asked.id),
        template: Set(asked.template),
        locale: Set(asked.locale),
        priority: Set(asked.priority),
        on_behalf_of: Set(asked.on_behalf_of),
        reference: Set(asked.reference),
        medium: Set(asked.medium.unwrap_or(Medium::Text).as_str().to_owned()),
        sealed: Set(failure.is_none().then_some(asked.sealed)),
        state: Set(if failure.is_none() { State::Queued } else { State::Failed }.as_str().to_owned()),
        channel: Set(None),
        reason: Set(failure.map(|why| why.to_string()).unwrap_or_default()),
        attempts: Set(0),
        due_at: Set(now),
        lease: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

fn due(lane: Lane, now: Instant) -> Condition {
    let urgent = i32::from(pb::Priority::Urgent);
    Condition::all()
        .add(row::Column::State.eq(State::Queued.as_str()))
        .add(row::Column::Medium.eq(lane.medium.as_str()))
        .add(if lane.urgent { row::Column::Priority.eq(urgent) } else { row::Column::Priority.lt(urgent) })
        .add(row::Column::DueAt.lte(now))
}

/// Whether the lane has anything to do; a read, so that an idle lane costs no write.
pub async fn any_due(conn: &impl ConnectionTrait, lane: Lane, now: Instant) -> Result<bool, DbErr> {
    let found = row::Entity::find().select_only().column(row::Column::Seq).filter(due(lane, now)).limit(1);
    Ok(found.into_tuple::<i64>().one(conn).await?.is_some())
}

/// Puts the most pressing ones under a lease.
pub async fn claim(tx: &Tx, lane: Lane, lease: Uuid, until: Instant, most: u64) -> Result<Vec<Claimed>, DbErr> {
    let rows = row::Entity::find()
        .filter(due(lane, tx.now()))
        .order_by_desc(row::Column::Priority)
        .order_by_asc(row::Column::Seq)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    for part in rows.chunks(CHUNK) {
        row::Entity::update_many()
            .col_expr(row::Column::Lease, Expr::value(lease))
            .col_expr(row::Column::DueAt, Expr::value(until))
            .col_expr(row::Column::Attempts, Expr::col(row::Column::Attempts).add(1))
            .filter(row::Column::Seq.is_in(part.iter().map(|row| row.seq)))
            .exec(tx.conn())
            .await?;
    }
    Ok(rows
        .into_iter()
        .map(|row| Claimed {
            id: row.message_id,
            template: row.template,
            locale: row.locale,
            reference: row.reference,
            sealed: row.sealed.unwrap_or_default(),
        })
        .collect())
}

/// What is still under the lease.
pub async fn lock_leased(tx: &Tx, lease: Uuid) -> Result<HashMap<Uuid, Message>, Stop> {
    let queued = row::Column::State.eq(State::Queued.as_str());
    lock(tx, Condition::all().add(row::Column::Lease.eq(lease)).add(queued)).await
}

/// Those with these ids.
pub async fn lock_these(tx: &Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Message>, Stop> {
    lock(tx, Condition::all().add(row::Column::MessageId.is_in(ids.iter().copied()))).await
}

async fn lock(tx: &Tx, which: Condition) -> Result<HashMap<Uuid, Message>, Stop> {
    let rows = row::Entity::find().filter(which).order_by_asc(row::Column::Seq).lock_exclusive().all(tx.conn()).await?;
    rows.into_iter().map(|row| Ok((row.message_id, message(row)?))).collect()
}

fn message(row: row::Model) -> Result<Message, Stop> {
    let state = State::stored(&row.state).ok_or_else(|| Fault::bug(anyhow::anyhow!("stored state {}", row.state)))?;
    Ok(Message {
        id: row.message_id,
        reference: row.reference,
        urgent: row.priority == i32::from(pb::Priority::Urgent),
        state,
        channel: row.channel.as_deref().and_then(Channel::stored),
        reason: row.reason,
        attempts: row.attempts,
        due_at: row.due_at,
    })
}

/// Saves them, all that ended alike in one statement; the content of what is no longer queued is erased (NO-4).
pub async fn save(tx: &Tx, messages: impl IntoIterator<Item = Message>) -> Result<(), DbErr> {
    let mut alike = BTreeMap::<_, Vec<Uuid>>::new();
    for m in messages {
        // When a message is due matters only while it is queued.
        let due = (m.state == State::Queued).then_some(m.due_at);
        alike.entry((m.state, m.channel, m.reason, due)).or_default().push(m.id);
    }
    for ((state, channel, reason, due), ids) in alike {
        for part in ids.chunks(CHUNK) {
            row::Entity::update_many()
                .col_expr(row::Column::State, Expr::value(state.as_str()))
                .col_expr(row::Column::Channel, Expr::value(channel.map(Channel::as_str)))
                .col_expr(row::Column::Reason, Expr::value(reason.clone()))
                .col_expr(row::Column::UpdatedAt, Expr::value(tx.now()))
                .col_expr(row::Column::Lease, Expr::value(Option::<Uuid>::None))
                .apply_if(due, |update, due| update.col_expr(row::Column::DueAt, Expr::value(due)))
                .apply_if(due.is_none().then_some(()), |update, ()| {
                    update.col_expr(row::Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
                })
                .filter(row::Column::MessageId.is_in(part.iter().copied()))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

/// What a list may be narrowed by.
#[derive(serde::Serialize)]
pub struct Filter {
    /// The asker's reference, or empty.
    pub reference: String,
    /// The asking company or account, or empty.
    pub on_behalf_of: String,
    /// A state, or all.
    pub state: Option<State>,
    /// A template, or empty.
    pub template: String,
}

/// One, as an operator sees it.
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<pb::Message>, DbErr> {
    Ok(row::Entity::find().filter(row::Column::MessageId.eq(id)).one(conn).await?.map(shown))
}

/// A page, newest first, and the next page's token.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<pb::Message>, String), Stop> {
    let after: Option<i64> = page.after_as()?;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut rows = row::Entity::find()
        .apply_if(given(&filter.reference), |q, v| q.filter(row::Column::Reference.eq(v)))
        .apply_if(given(&filter.on_behalf_of), |q, v| q.filter(row::Column::OnBehalfOf.eq(v)))
        .apply_if(given(&filter.template), |q, v| q.filter(row::Column::Template.eq(v)))
        .apply_if(filter.state, |q, v| q.filter(row::Column::State.eq(v.as_str())))
        .apply_if(after, |q, v| q.filter(row::Column::Seq.lt(v)))
        .order_by_desc(row::Column::Seq)
        .limit(page.fetch())
        .all(conn)
        .await?;
    let next = page.cut(&mut rows, |row| row.seq.to_string());
    Ok((rows.into_iter().map(shown).collect(), next))
}

fn shown(row: row::Model) -> pb::Message {
    let state = State::stored(&row.state).map_or(pb::MessageState::Unspecified, pb::MessageState::from);
    let channel = row.channel.as_deref().and_then(Channel::stored);
    pb::Message {
        message_id: row.message_id.to_string(),
        template: row.template,
        locale: row.locale,
        priority: row.priority,
        on_behalf_of: row.on_behalf_of,
        reference: row.reference,
        state: state.into(),
        channel: channel.map_or(pb::Channel::Unspecified, pb::Channel::from).into(),
        reason: row.reason,
        attempt_count: row.attempts,
        create_time: contract::timestamp(row.created_at),
        update_time: contract::timestamp(row.updated_at),
    }
}

/// No such message.
pub const NO_SUCH_MESSAGE: Refusal =
    Refusal::new(flow::code::NOT_FOUND, "MESSAGE_NOT_FOUND", "There is no such message.", "해당 메시지가 없습니다.");
