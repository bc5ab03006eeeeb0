//! I8, I9, I10: what was told and what was heard, by the outboxes and the inboxes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering::Relaxed,
    time::Duration,
};

use anyhow::Context as _;
use tokio::time::sleep;

use super::{baseline::set, differences};
use crate::{database::Databases, history::lock, names::text_of, stage::World};

/// Between two looks at what is told and heard.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// I8: every committed event was published, and stands once in the inbox of each subscriber. Answers both lists. The
/// tables of five databases are not read in one moment, and timers tell things at rest, too: what a second look does not see any
/// more was on its way.
pub async fn i08_told_and_heard(world: &World) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let (mut unsent, mut heard) = look(world).await?;
    if !(unsent.is_empty() && heard.is_empty()) {
        sleep(LOOK_AGAIN).await;
        let (still_unsent, still_heard) = look(world).await?;
        unsent.retain(|line| still_unsent.contains(line));
        heard.retain(|line| still_heard.contains(line));
    }
    Ok((unsent, heard))
}

async fn look(world: &World) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let mut told: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let (mut unsent, mut heard) = (Vec::new(), Vec::new());
    for (service, sql) in world.sql.all() {
        let question = "SELECT kind || ' ' || event_id FROM flow_outbox WHERE sent_at IS NULL";
        unsent.extend(sql.texts(question).await?.into_iter().map(|event| format!("{service} never told {event}")));
        for row in sql.texts("SELECT kind || ' ' || event_id FROM flow_outbox").await? {
            let (kind, id) = row.split_once(' ').context("a kind and an id")?;
            for subscriber in contract::subscribers(&kind.to_owned().into()) {
                told.entry(subscriber).or_default().insert(id.to_owned());
            }
        }
    }
    let poison: BTreeSet<String> = lock(&world.poison).iter().map(ToString::to_string).collect();
    let forgets = *lock(&world.forgets);
    for (service, sql) in world.sql.all().into_iter().filter(|(service, _)| forgets != Some(*service)) {
        let inbox = sql.texts("SELECT request_id FROM flow_request WHERE scope LIKE 'when:%'").await?;
        let twice = "SELECT request_id || ' stands ' || COUNT(*) || ' times in an inbox' FROM flow_request \
                     WHERE scope LIKE 'when:%' GROUP BY request_id HAVING COUNT(*) > 1";
        heard.extend(sql.texts(twice).await?);
        let should = told.remove(service).unwrap_or_default();
        heard.extend(differences(&format!("event at {service}"), &should, &(&set(inbox) - &poison)));
    }
    Ok((unsent, heard))
}

/// I9: no fact without its row, no row without its fact. While a load runs only the last so many seconds are looked at;
/// each side is read in one statement.
pub async fn i09_rows_and_facts(sql: &Databases, seconds: Option<u32>) -> anyhow::Result<Vec<String>> {
    let since = |column: &str| {
        seconds.map_or_else(String::new, |seconds| format!(" AND {column} > now() - interval '{seconds} seconds'"))
    };
    let mut found = Vec::new();
    let orders = format!(
        "SELECT 'row ' || id || ' ' || version FROM orders WHERE TRUE{} \
         UNION ALL SELECT 'fact ' || subject || ' ' || version FROM flow_outbox WHERE kind LIKE 'dure.billing.order_%'{}",
        since("placed_at"),
        since("told_at")
    );
    found.extend(compare("order", "ord", &sql.billing.texts(&orders).await?, seconds.is_some(), true)?);
    let claims = format!(
        "SELECT 'row ' || id || ' 1' FROM gifts WHERE state = 'claimed'{} \
         UNION ALL SELECT 'fact ' || subject || ' 1' FROM flow_outbox WHERE kind = 'dure.voucher.gift_claimed.v1'{}",
        since("ended_at"),
        since("told_at")
    );
    found.extend(compare("claimed gift", "gft", &sql.voucher.texts(&claims).await?, seconds.is_some(), false)?);
    let lots = format!(
        "SELECT 'row ' || id || ' 1' FROM lots WHERE TRUE{} \
         UNION ALL SELECT 'fact ' || subject || ' 1' FROM flow_outbox WHERE kind = 'dure.voucher.lot_funded.v1'{}",
        since("created_at"),
        since("told_at")
    );
    found.extend(compare("lot", "lot", &sql.voucher.texts(&lots).await?, seconds.is_some(), false)?);
    Ok(found)
}

/// Rows at version n against facts of the versions 1 to n. A fact whose row lies before the window is not judged.
fn compare(what: &str, prefix: &str, lines: &[String], window: bool, versions: bool) -> anyhow::Result<Vec<String>> {
    let (mut rows, mut facts) = (BTreeSet::new(), BTreeSet::new());
    let mut seen = BTreeSet::new();
    for line in lines {
        let mut words = line.split(' ');
        let (side, id, version) = (words.next(), words.next().context("an id")?, words.next().context("a version")?);
        if side == Some("row") {
            let (text, last) = (text_of(prefix, id.parse()?), version.parse::<i64>()?);
            let first = if versions { 1 } else { last };
            rows.extend((first..=last).map(|version| format!("{text} {version}")));
            seen.insert(text);
        } else {
            facts.insert(format!("{id} {version}"));
        }
    }
    if window {
        facts.retain(|fact| fact.split(' ').next().is_some_and(|id| seen.contains(id)));
    }
    Ok(differences(&format!("fact of {what}"), &rows, &facts))
}

/// I10: at a consumer the versions of an aggregate never go back, in the order its events were applied.
pub async fn i10_versions(world: &World) -> anyhow::Result<Vec<String>> {
    if world.shuffled.load(Relaxed) {
        return Ok(Vec::new());
    }
    let mut told: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for (service, sql) in world.sql.all() {
        for row in sql.texts("SELECT event_id || ' ' || version || ' ' || subject FROM flow_outbox").await? {
            let mut words = row.splitn(3, ' ');
            let (id, version) = (words.next().context("an id")?, words.next().context("a version")?.parse()?);
            let subject = format!("{service} {}", words.next().context("a subject")?);
            told.insert(id.to_owned(), (subject, version));
        }
    }
    let mut found = Vec::new();
    for (service, sql) in world.sql.all() {
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        let order = "SELECT request_id FROM flow_request WHERE scope LIKE 'when:%' ORDER BY created_at";
        for id in sql.texts(order).await? {
            let Some((subject, version)) = told.get(&id) else { continue };
            // A stream of reports about many things (`messages`) is no aggregate.
            if !subject.contains('_') {
                continue;
            }
            let before = last.insert(subject, *version).unwrap_or(i64::MIN);
            if before > *version {
                found.push(format!("{service} heard version {version} of {subject} after {before}"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_row_has_the_facts_of_all_its_versions() {
        let id = Uuid::from_u128(7);
        let text = text_of("ord", id);
        let mut lines = vec![format!("row {id} 2"), format!("fact {text} 1"), format!("fact {text} 2")];
        assert!(compare("order", "ord", &lines, false, true).unwrap().is_empty());
        lines.pop();
        assert_eq!(compare("order", "ord", &lines, false, true).unwrap().len(), 1);
        lines.push(format!("fact {} 1", text_of("ord", Uuid::from_u128(8))));
        assert_eq!(compare("order", "ord", &lines, false, true).unwrap().len(), 2);
        assert_eq!(compare("order", "ord", &lines, true, true).unwrap().len(), 1, "its row may lie before the window");
    }
}
