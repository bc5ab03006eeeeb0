//! The only file that knows how the mailbox is stored: the message sealed, the address as a keyed digest to look it up by.

use contract::notification::v1 as pb;
use flow::{Fault, Instant, Page, Stop};
use prost::Message as _;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    Condition, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::OnConflict,
};
use uuid::Uuid;
use words::{Email, Phone, Sealer};

use crate::outside::Letter;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "mailbox_message")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        #[sea_orm(unique)]
        pub message_id: Uuid,
        pub to_digest: Vec<u8>,
        pub template: String,
        pub sealed: Vec<u8>,
        pub arrived_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the messages are sealed for.
const CONTEXT: &str = "mailbox";

/// Keeps letters, each once.
pub async fn put(conn: &impl ConnectionTrait, sealer: &Sealer, letters: &[Letter], now: Instant) -> Result<(), DbErr> {
    let rows = letters.iter().map(|letter| row::ActiveModel {
        seq: NotSet,
        message_id: Set(letter.id),
        to_digest: Set(digest(sealer, &letter.to)),
        template: Set(letter.template.clone()),
        sealed: Set(sealer.seal(CONTEXT, &message(letter, now).encode_to_vec())),
        arrived_at: Set(now),
    });
    row::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(row::Column::MessageId).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await
        .map(drop)
}

fn message(letter: &Letter, now: Instant) -> pb::MailboxMessage {
    pb::MailboxMessage {
        message_id: letter.id.to_string(),
        channel: pb::Channel::from(letter.channel).into(),
        to: letter.to.clone(),
        template: letter.template.clone(),
        locale: letter.locale.clone(),
        reference: letter.reference.clone(),
        subject: letter.subject.clone(),
        body: letter.body.clone(),
        attachments: letter.attachments.clone(),
        arrive_time: contract::timestamp(now),
        variables: letter.variables.clone(),
        picture: letter.picture.as_ref().map(|picture| picture.digest.clone()).unwrap_or_default(),
    }
}

/// The same for `010-0000-1234` and `01000001234`.
fn digest(sealer: &Sealer, to: &str) -> Vec<u8> {
    let phone = Phone::parse(to).map(|phone| phone.as_str().to_owned());
    let to = phone.or_else(|_| Email::parse(to).map(|email| email.as_str().to_lowercase()));
    sealer.digest(format!("mailbox {}", to.unwrap_or_default()).as_bytes()).to_vec()
}

/// What a list may be narrowed by.
pub struct Filter {
    /// An address, or empty.
    pub to: String,
    /// A template, or empty.
    pub template: String,
    /// From this instant on.
    pub since: Option<Instant>,
}

/// A page, newest first; the next page's token; how many match in all.
pub async fn list(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<pb::MailboxMessage>, String, u64), Stop> {
    let mut matching = Condition::all();
    if !filter.to.is_empty() {
        matching = matching.add(row::Column::ToDigest.eq(digest(sealer, &filter.to)));
    }
    if !filter.template.is_empty() {
        matching = matching.add(row::Column::Template.eq(&filter.template));
    }
    if let Some(since) = filter.since {
        matching = matching.add(row::Column::ArrivedAt.gte(since));
    }
    let total = row::Entity::find().filter(matching.clone()).count(conn).await?;
    if let Some(after) = page.after_as::<i64>()? {
        matching = matching.add(row::Column::Seq.lt(after));
    }
    let found = row::Entity::find().filter(matching).order_by_desc(row::Column::Seq).limit(page.fetch());
    let mut rows = found.all(conn).await?;
    let next = page.cut(&mut rows, |row| row.seq.to_string());
    let messages = rows.iter().map(|row| open(sealer, row)).collect::<Result<_, _>>()?;
    Ok((messages, next, total))
}

/// One message.
pub async fn find(conn: &impl ConnectionTrait, sealer: &Sealer, id: Uuid) -> Result<Option<pb::MailboxMessage>, Stop> {
    let row = row::Entity::find().filter(row::Column::MessageId.eq(id)).one(conn).await?;
    Ok(row.map(|row| open(sealer, &row)).transpose()?)
}

fn open(sealer: &Sealer, row: &row::Model) -> Result<pb::MailboxMessage, Fault> {
    let plain = sealer.open(CONTEXT, &row.sealed).map_err(Fault::bug)?;
    pb::MailboxMessage::decode(plain.as_slice()).map_err(Fault::bug)
}
