//! `VerifyAuditTrail` (ID-29): reads the chain from its first entry and names the first broken link: an entry that was
//! changed, one that is missing, or an end that was cut off.

use contract::identity::v1 as pb;
use flow::{Read, Stop};
use sha2::{Digest, Sha256};

use super::{Entry, table};

/// How far the chain holds.
struct Chain {
    number: i64,
    hash: Vec<u8>,
    broken: Option<i64>,
}

impl Chain {
    fn start() -> Self {
        Self { number: 0, hash: Sha256::digest([]).to_vec(), broken: None }
    }

    fn follow(&mut self, entry: &Entry) {
        if self.broken.is_some() {
            return;
        }
        let next = self.number + 1;
        let trusts = flow::sabotage::breaks("audit-trusts-rows");
        if entry.number != next || (!trusts && entry.hash != entry.link(&self.hash)) {
            self.broken = Some(next);
            return;
        }
        self.number = next;
        self.hash.clone_from(&entry.hash);
    }

    /// The head says where the chain must end.
    fn end(&mut self, number: i64, hash: &[u8]) {
        if self.broken.is_none() && (self.number != number || self.hash != hash) {
            self.broken = Some(if self.number < number { self.number + 1 } else { self.number });
        }
    }
}

/// The proof.
pub async fn verify(read: Read, _: pb::VerifyAuditTrailRequest) -> Result<pb::VerifyAuditTrailReply, Stop> {
    // The head first: what is appended meanwhile lies behind it and is not looked at.
    let (number, hash) = table::head(&read).await?;
    let mut chain = Chain::start();
    let mut after = 0;
    loop {
        let entries = table::after(&read, after, number).await?;
        let Some(last) = entries.last() else { break };
        after = last.number;
        entries.iter().for_each(|e| chain.follow(e));
    }
    chain.end(number, &hash);
    Ok(pb::VerifyAuditTrailReply {
        entries: chain.number,
        intact: chain.broken.is_none(),
        first_broken: chain.broken.unwrap_or(0),
        head_hash: hex::encode(&chain.hash),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain_of(n: i64) -> Vec<Entry> {
        let mut before = Sha256::digest([]).to_vec();
        (1..=n)
            .map(|number| {
                let mut entry = Entry {
                    number,
                    at: "2026-11-22T00:00:00Z".parse().unwrap(),
                    actor: "acc".into(),
                    action: "session.started".into(),
                    subject: format!("ses_{number}"),
                    company: None,
                    address: String::new(),
                    detail: String::new(),
                    hash: Vec::new(),
                };
                entry.hash = entry.link(&before);
                before.clone_from(&entry.hash);
                entry
            })
            .collect()
    }

    fn broken(entries: &[Entry], head: &Entry) -> Option<i64> {
        let mut chain = Chain::start();
        entries.iter().for_each(|e| chain.follow(e));
        chain.end(head.number, &head.hash);
        chain.broken
    }

    // ID-29
    #[test]
    fn the_first_broken_link_is_named() {
        let whole = chain_of(5);
        let head = whole[4].clone();
        assert_eq!(broken(&whole, &head), None);

        let mut changed = whole.clone();
        changed[2].actor = "someone else".into();
        assert_eq!(broken(&changed, &head), Some(3));

        let mut missing = whole.clone();
        missing.remove(1);
        assert_eq!(broken(&missing, &head), Some(2));

        assert_eq!(broken(&whole[..4], &head), Some(5), "an end cut off");

        let mut forged = whole.clone();
        forged[3].detail = "x".into();
        let before = forged[2].hash.clone();
        forged[3].hash = forged[3].link(&before);
        assert_eq!(broken(&forged, &head), Some(5), "hashed again, but the next one remembers");
    }
}
