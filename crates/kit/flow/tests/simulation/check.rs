//! What must hold: after each crash for what is committed, and at rest for everything.

use std::collections::BTreeSet;

use crate::{
    bank,
    world::{Site, World, Wrong},
};

const ACCOUNTS: usize = 0;
const LEDGER: usize = 1;
const NOTICES: usize = 2;

impl World {
    fn look(&mut self, s: usize, sql: &'static str) -> Vec<i64> {
        let Site { store, .. } = &mut self.sites[s];
        self.runtime.block_on(store.numbers(sql))
    }

    fn texts(&mut self, s: usize, sql: &'static str) -> Vec<String> {
        let Site { store, .. } = &mut self.sites[s];
        self.runtime.block_on(store.texts(sql))
    }
}

/// How many events of a service wait in its outbox.
pub fn unsent(world: &mut World, s: usize) -> usize {
    world.look(s, "SELECT seq FROM flow_outbox WHERE sent_at IS NULL").len()
}

/// No money comes or goes; what is on its way counts (I1).
pub fn after_a_crash(world: &mut World) -> Result<(), Wrong> {
    if world.sites[ACCOUNTS].is_alive() {
        return Ok(());
    }
    let parts = world.look(
        ACCOUNTS,
        "SELECT SUM(balance) FROM account UNION ALL SELECT coalesce(SUM(amount), 0) FROM transfer WHERE received = 0",
    );
    let sum: i64 = parts.iter().sum();
    must(sum == 3 * bank::FIRST, || format!("balances and what is on its way are {parts:?} after a crash"))
}

/// Everything, once nothing is left to do.
pub fn at_rest(world: &mut World) -> Result<(), Wrong> {
    one_effect_per_request(world)?;
    one_effect_per_fact_and_subscriber(world)?;
    in_order_per_subject(world)?;
    facts_stand_and_fall_with_their_effect(world)?;
    let all = world.look(ACCOUNTS, "SELECT SUM(balance) FROM account");
    must(all == [3 * bank::FIRST], || format!("the balances are {all:?} in all"))?;
    for s in 0..world.sites.len() {
        let left = unsent(world, s);
        must(left == 0, || format!("{left} events were never sent"))?;
    }
    Ok(())
}

// I4
fn one_effect_per_request(world: &mut World) -> Result<(), Wrong> {
    let done = world.look(ACCOUNTS, "SELECT request FROM transfer ORDER BY request");
    let answered: Vec<i64> = world.requests.iter().filter(|r| r.answer.is_some()).map(|r| r.verb.request).collect();
    must(done == answered, || format!("requests {answered:?} were answered, {done:?} were done"))
}

// I8
fn one_effect_per_fact_and_subscriber(world: &mut World) -> Result<(), Wrong> {
    let told = world.look(ACCOUNTS, "SELECT number FROM transfer ORDER BY number");
    for (s, what, sql) in [
        (LEDGER, "posted", "SELECT number FROM posting ORDER BY number"),
        (NOTICES, "mailed", "SELECT number FROM notice WHERE way = 'mail' ORDER BY number"),
        (NOTICES, "texted", "SELECT number FROM notice WHERE way = 'text' ORDER BY number"),
    ] {
        let heard = world.look(s, sql);
        must(heard == told, || format!("transfers {told:?} were told, {heard:?} were {what}"))?;
    }
    let received = world.look(ACCOUNTS, "SELECT received FROM transfer");
    must(received.iter().all(|n| *n == 1), || format!("transfers were received {received:?} times"))
}

// I10
fn in_order_per_subject(world: &mut World) -> Result<(), Wrong> {
    for (s, sql) in [
        (LEDGER, "SELECT heard || version FROM posting ORDER BY heard, seq"),
        (NOTICES, "SELECT heard || version FROM notice WHERE way = 'mail' ORDER BY heard, seq"),
        (NOTICES, "SELECT heard || version FROM notice WHERE way = 'text' ORDER BY heard, seq"),
    ] {
        let heard = world.texts(s, sql);
        let mut sorted = heard.clone();
        sorted.sort();
        must(heard == sorted, || format!("{} heard in the order {heard:?}", world.sites[s].name))?;
    }
    Ok(())
}

// I9
fn facts_stand_and_fall_with_their_effect(world: &mut World) -> Result<(), Wrong> {
    for (s, effects) in [(ACCOUNTS, "SELECT number FROM transfer"), (LEDGER, "SELECT number FROM posting")] {
        let (effects, facts) = (world.look(s, effects).len(), world.look(s, "SELECT seq FROM flow_outbox").len());
        must(effects == facts, || format!("{facts} facts of {effects} effects in {}", world.sites[s].name))?;
    }
    let mut committed = BTreeSet::new();
    for s in 0..world.sites.len() {
        committed.extend(world.texts(s, "SELECT lower(hex(event_id)) FROM flow_outbox"));
    }
    let told = world.broker.taken();
    let phantom = told.iter().find(|event| !committed.contains(&event.id.simple().to_string()));
    must(phantom.is_none(), || format!("told and never committed: {phantom:?}"))
}

fn must(holds: bool, wrong: impl FnOnce() -> Wrong) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(wrong()) }
}
