//! The invariants, each a small function with its number: what breaks it, in words; nothing if it holds.
//!
//! | file | invariants |
//! | --- | --- |
//! | `value` | I1, I2, I3, I7: lots, their ledger, gifts, refunds |
//! | `answers` | I4, I5: what was answered is what is there, no more and no less |
//! | `contracts` | I6: paid orders and memberships |
//! | `events` | I8, I9, I10: outboxes and inboxes |
//! | `health` | I11–I15: audit trail, dead letters, convergence, processes, logs |

pub mod answers;
pub mod baseline;
pub mod contracts;
pub mod events;
pub mod health;
pub mod value;
pub mod watch;

use std::{collections::BTreeSet, time::Duration};

pub use baseline::Baseline;

use crate::stage::World;

/// Everything, once nothing is under way any more. Answers how long that took.
pub async fn all(world: &World) -> anyhow::Result<Duration> {
    let took = health::i13_converges(world).await;
    let found = &world.found;
    found.extend("I1", value::i01_buckets(&world.sql).await?);
    found.extend("I2", value::i02_not_negative(&world.sql).await?);
    found.extend("I3", value::i03_one_end(&world.sql, &world.history).await?);
    found.extend("I4", answers::i04_one_effect(world).await?);
    found.extend("I5", answers::i05_sends_are_issued(world).await?);
    found.extend("I6", contracts::i06_orders_are_memberships(world).await?);
    found.extend("I7", value::i07_refunds(&world.sql).await?);
    let (published, heard) = events::i08_told_and_heard(world).await?;
    found.extend("I8", published);
    found.extend("I8", heard);
    found.extend("I9", events::i09_rows_and_facts(&world.sql, None).await?);
    found.extend("I10", events::i10_versions(world).await?);
    found.extend("I11", health::i11_audit(world).await?);
    found.extend("I12", health::i12_dead_letters(world).await?);
    found.extend("I14", health::i14_all_run(world).await);
    found.extend("I15", health::i15_secrets(world).await);
    Ok(took)
}

/// What stands on one side alone: `only here` as missing, `only there` as too much.
pub fn differences(what: &str, should: &BTreeSet<String>, is: &BTreeSet<String>) -> Vec<String> {
    let lost = should.difference(is).map(|id| format!("lost: {what} {id} was promised and is not there"));
    let double = is.difference(should).map(|id| format!("double: {what} {id} is there and nobody was promised it"));
    lost.chain(double).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_looked_at() {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
        let found = differences("order", &set(&["a", "b"]), &set(&["b", "c"]));
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("lost: order a") && found[1].starts_with("double: order c"));
        assert!(differences("order", &set(&["a"]), &set(&["a"])).is_empty());
    }
}
