//! The only file that knows how messages are stored.

mod bulk;

use std::collections::HashMap;

use flow::{Fault, Instant, Page, Refusal, Stop, Tx};
use sea_orm::{Condition, QueryOrder, QuerySelect, QueryTrait as _, entity::prelude::*};
use uuid::Uuid;

use super::{Lane, Message, State};
use crate::channel::{Channel, Medium};
use contract::notification::v1 as pb;

pub use bulk::{claim, insert, settle};

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

/// Those with these ids that go by this road.
pub async fn lock_these(tx: &Tx, medium: Medium, ids: &[Uuid]) -> Result<HashMap<Uuid, Message>, Stop> {
    let rows = row::Entity::find()
        .filter(row::Column::MessageId.is_in(ids.iter().copied()))
        .filter(row::Column::Medium.eq(medium.as_str()))
        .order_by_asc(row::Column::Seq)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
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
        asked_at: row.created_at,
        due_at: row.due_at,
    })
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
