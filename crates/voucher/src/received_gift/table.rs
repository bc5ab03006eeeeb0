//! A phone's gifts in the database, by the recipients they were made for.

use std::{fmt, str::FromStr};

use flow::{Instant, Page, Stop};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;
use words::Phone;

use crate::{
    gift::{
        Gift, GiftId, Received,
        table::{COLUMNS, Row, with_messages},
    },
    sql,
};

const OF_PHONE: &str =
    "FROM recipients r JOIN gifts g ON g.recipient_id = r.id WHERE r.phone = $1 AND g.state <> 'recalled'";

/// A page of a phone's gifts, the newest first.
pub async fn page(
    conn: &impl ConnectionTrait,
    phone: &Phone,
    unclaimed_only: bool,
    page: &Page,
) -> Result<Vec<Gift>, Stop> {
    let mut values: Vec<Value> = vec![phone.as_str().into()];
    let mut filter = String::from(if unclaimed_only { " AND g.state = 'unclaimed'" } else { "" });
    if let Some(Key(at, id)) = page.after_as()? {
        values.extend([at.into(), id.into()]);
        filter += " AND (g.issued_at < $2 OR (g.issued_at = $2 AND g.id < $3))";
    }
    let sql =
        format!("SELECT {COLUMNS} {OF_PHONE}{filter} ORDER BY g.issued_at DESC, g.id DESC LIMIT {}", page.fetch());
    sql::rows::<Row>(conn, &sql, values).await?.into_iter().map(Gift::try_from).collect()
}

/// Where a page ends.
pub struct Key(Instant, Uuid);

impl From<&Gift> for Key {
    fn from(gift: &Gift) -> Self {
        Self(gift.issued_at, gift.id.uuid())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.to_rfc3339(), self.1)
    }
}

impl FromStr for Key {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once(' ').ok_or(())?;
        Ok(Self(at.parse().map_err(drop)?, id.parse().map_err(drop)?))
    }
}

/// The gift, if it is this phone's.
pub async fn find(conn: &impl ConnectionTrait, id: GiftId, phone: &Phone) -> Result<Option<Received>, Stop> {
    let sql = format!("SELECT {COLUMNS} {OF_PHONE} AND g.id = $2");
    let values: Vec<Value> = vec![phone.as_str().into(), id.uuid().into()];
    let Some(row) = sql::row::<Row>(conn, &sql, values).await? else { return Ok(None) };
    Ok(with_messages(conn, vec![row.try_into()?]).await?.pop())
}
