//! Every change of a membership, kept whole: "what was in force on day D" (ME-1), and "what did we believe on day E
//! about day D" (ME-22). Of what was known then, the latest change that holds from D or earlier decides.

use flow::{Fault, Instant, Page, Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use words::Day;

use super::{Membership, MembershipId, State, Terms};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "membership_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub membership_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub revision: i64,
        pub cause: String,
        pub cause_id: String,
        pub recorded_at: DateTimeUtc,
        pub in_force_from: Date,
        pub terms: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One change, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub revision: i64,
    /// What changed it.
    pub cause: String,
    /// The order or account that did.
    pub cause_id: String,
    /// When it was written down.
    pub recorded_at: Instant,
    /// From which day it holds.
    pub in_force_from: Day,
    /// The whole contract after it.
    pub terms: Terms,
}

impl Change {
    /// Whether, by this change, the contract is in force on the day.
    fn in_force_on(&self, day: Day) -> bool {
        let t = &self.terms;
        t.state != State::Terminated && t.first_day <= day && t.last_day.is_none_or(|last| day <= last)
    }
}

/// Of these changes, the one that was in force on `day`, as far as was written down before `believed_before`.
pub fn in_force(changes: &[Change], day: Day, believed_before: Option<Instant>) -> Option<&Change> {
    changes
        .iter()
        .filter(|c| c.in_force_from <= day && believed_before.is_none_or(|then| c.recorded_at < then))
        .max_by_key(|c| c.revision)
        .filter(|c| c.in_force_on(day))
}

/// Writes a change down.
pub async fn record(tx: &Tx, membership: &Membership, cause: &str, cause_id: &str, from: Day) -> Result<(), Stop> {
    let row = row::ActiveModel {
        membership_id: Set(membership.id.uuid()),
        revision: Set(membership.revision),
        cause: Set(cause.into()),
        cause_id: Set(cause_id.into()),
        recorded_at: Set(tx.now()),
        in_force_from: Set(from.into()),
        terms: Set(serde_json::to_string(&membership.terms).map_err(Fault::bug)?),
    };
    row::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// All changes, oldest first.
pub async fn all(db: &impl ConnectionTrait, membership: MembershipId) -> Result<Vec<Change>, Stop> {
    let of_it = row::Column::MembershipId.eq(membership.uuid());
    let rows = row::Entity::find().filter(of_it).order_by_asc(row::Column::Revision).all(db).await?;
    rows.into_iter().map(read).collect()
}

/// A page of changes, newest first.
pub async fn page(db: &impl ConnectionTrait, membership: MembershipId, page: &Page) -> Result<Vec<Change>, Stop> {
    let mut find = row::Entity::find().filter(row::Column::MembershipId.eq(membership.uuid()));
    if let Some(after) = page.after_as::<i64>()? {
        find = find.filter(row::Column::Revision.lt(after));
    }
    let rows = find.order_by_desc(row::Column::Revision).limit(page.fetch()).all(db).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: row::Model) -> Result<Change, Stop> {
    Ok(Change {
        revision: row.revision,
        cause: row.cause,
        cause_id: row.cause_id,
        recorded_at: row.recorded_at,
        in_force_from: row.in_force_from.into(),
        terms: serde_json::from_str(&row.terms).map_err(Fault::bug)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::sample::{day, shared};

    fn change(revision: i64, recorded: &str, from: &str, seats: i64, last: &str) -> Change {
        let mut terms = shared().terms().clone();
        (terms.seats, terms.last_day) = (seats, Some(day(last)));
        Change {
            revision,
            cause: "order".into(),
            cause_id: String::new(),
            recorded_at: day(recorded).start(),
            in_force_from: day(from),
            terms,
        }
    }

    // ME-22
    #[test]
    fn both_times_are_answerable() {
        let changes = [
            change(1, "2022-09-29", "2022-09-29", 10, "2023-09-28"),
            change(2, "2023-03-10", "2023-03-10", 15, "2023-09-28"),
            // Paid late: holds from the day after the end, was known a week later.
            change(3, "2023-10-05", "2023-09-29", 15, "2024-09-28"),
        ];
        let seats = |on: &str, believed: Option<&str>| {
            in_force(&changes, day(on), believed.map(|d| day(d).end())).map(|c| c.terms.seats)
        };
        assert_eq!(seats("2022-09-28", None), None);
        assert_eq!(seats("2023-03-09", None), Some(10));
        assert_eq!(seats("2023-03-10", None), Some(15));
        assert_eq!(seats("2023-04-01", Some("2023-03-09")), Some(10), "then nobody knew of the five more");
        assert_eq!(seats("2023-10-01", None), Some(15), "now it holds without a gap");
        assert_eq!(seats("2023-10-01", Some("2023-10-04")), None, "then it was believed to be over");
        assert_eq!(seats("2024-09-29", None), None);
    }
}
