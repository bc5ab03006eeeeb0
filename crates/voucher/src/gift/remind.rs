//! Reminds recipients of gifts they have not claimed (VO-15): 30 and 7 days before the last day, each once, by day. The
//! code is known to its recipient alone (VO-11), so the notice points to the message the gift came with.

use chrono::Timelike;
use contract::{
    ask::{self, To},
    notification::v1::{MessagesRequested, Priority},
};
use flow::{Done, Fault, Instant, Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::{Day, Phone, seoul};

use super::table::{self, Unnoticed};

/// Days before the last one, the nearest first.
const BEFORE: [i64; 2] = [7, 30];
/// Hours in Seoul at which people may be written to.
const HOURS: std::ops::Range<u32> = 9..20;
const AT_ONCE: u64 = 500;
const TEMPLATE: &str = "gift-notice";

/// The command: some hundred notices in one transaction, again until none is due.
#[derive(Debug, Clone, Serialize)]
pub struct RemindRecipients;

impl Verb for RemindRecipients {
    const NAME: &'static str = "RemindRecipients";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        if !by_day(tx.now()) {
            return Ok(Done::All);
        }
        for days in BEFORE {
            let due = table::notice(tx, days, AT_ONCE).await?;
            if due.is_empty() {
                continue;
            }
            let messages = due.iter().map(|gift| message(tx, gift, days)).collect::<Result<_, Stop>>()?;
            // One batch is told once: its first gift and its days name it.
            let batch = Uuid::new_v5(&due[0].id, &days.to_be_bytes());
            tx.announce(batch, 1, MessagesRequested { messages });
            return Ok(Done::More);
        }
        Ok(Done::All)
    }
}

/// VO-15: the notice that would have been due by the day a gift was issued; its own message is notice enough.
pub fn noticed_at_issue(issued: Day, valid_through: Day) -> Option<i64> {
    let left = valid_through.days_since(issued);
    BEFORE.into_iter().find(|days| left <= *days)
}

/// Whether people may be written to at this hour.
pub fn by_day(now: Instant) -> bool {
    HOURS.contains(&now.with_timezone(&seoul()).hour())
}

fn message(tx: &Tx, gift: &Unnoticed, days: i64) -> Result<contract::notification::v1::MessageRequest, Stop> {
    let phone = Phone::parse(&gift.phone).map_err(Fault::bug)?;
    let text = format!(
        "아직 받지 않으신 선물 {}원의 유효기간이 {}까지입니다. 선물과 함께 받으신 문자의 링크에서 받아 주세요.",
        gift.amount, gift.valid_through
    );
    Ok(ask::message(
        tx.sealer(),
        Uuid::new_v5(&gift.id, format!("notice {days}").as_bytes()),
        TEMPLATE,
        Priority::Bulk,
        &gift.company.to_string(),
        "",
        To::Phone(phone),
        [("text", text)],
        Vec::new(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gift_issued_late_is_not_reminded_of_at_once() {
        // VO-15
        let issued = Day::parse("2026-11-23").unwrap();
        let noticed = [31, 30, 8, 7, 0].map(|left| noticed_at_issue(issued, issued.plus_days(left)));
        assert_eq!(noticed, [None, Some(30), Some(30), Some(7), Some(7)]);
    }

    #[test]
    fn nobody_is_written_to_at_night() {
        // VO-15
        let at = |time: &str| {
            by_day(
                format!("2026-11-23T{time}+09:00").parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc(),
            )
        };
        assert_eq!(
            ["08:59:59", "09:00:00", "19:59:59", "20:00:00", "00:00:00"].map(at),
            [false, true, true, false, false]
        );
    }
}
