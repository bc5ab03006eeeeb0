//! Verifying an access token a service has not seen (ID-19): the signature, and everything beside it (base64, JSON, key,
//! audience, time), against the ed25519 signature alone. Also what a token costs that was verified before.

use std::{collections::BTreeSet, hint::black_box, time::Instant};

use boot::token::{ACCESS, Claims, KeySet, Kind, TokenSigner};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use uuid::Uuid;
use words::{AccountId, CompanyId, SessionId};

use crate::{
    figure::{Figures, short},
    load::nanos,
    rounds::Rounds,
};

/// Tokens of one round, each verified once.
const COUNT: u64 = 2_000;

/// Measures it.
pub fn measure(figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let signer = TokenSigner::new([7; 32]);
    let keys = KeySet::new([signer.public()])?;
    let now = chrono::Utc::now();
    let lasts = chrono::Duration::minutes(10);
    let (mut cost, mut again) = (Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        let tokens: Vec<_> = (0..COUNT).map(|_| signer.sign(ACCESS, &claims(), now, lasts)).collect();
        let verify = |tokens: &[String]| {
            let start = Instant::now();
            for token in tokens {
                black_box(keys.caller(token, now))?;
            }
            anyhow::Ok(nanos(start.elapsed()) / COUNT)
        };
        let alone = signatures(&tokens)?;
        let first = verify(&tokens)?;
        cost.push(first, alone);
        let one = vec![tokens.first().cloned().unwrap_or_default(); tokens.len()];
        again.push(verify(&one)?, alone);
    }
    figures.times("verifying a token", &cost, "ed25519 verify alone", 200);
    figures.told("a token seen before", format!("{}, {} % of that", short(again.ours()), again.ratio()));
    Ok(())
}

/// What checking so many signatures over the same bytes takes, each.
fn signatures(tokens: &[String]) -> anyhow::Result<u64> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signed: Vec<(&[u8], Signature)> = tokens
        .iter()
        .filter_map(|token| token.rsplit_once('.'))
        .map(|(signed, _)| (signed.as_bytes(), key.sign(signed.as_bytes())))
        .collect();
    let public = key.verifying_key();
    let start = Instant::now();
    for (bytes, signature) in &signed {
        black_box(public.verify_strict(bytes, signature))?;
    }
    Ok(nanos(start.elapsed()) / COUNT)
}

/// An admin's.
fn claims() -> Claims {
    Claims {
        sub: AccountId::from(Uuid::new_v4()).to_string(),
        kind: Kind::Account,
        company: Some(CompanyId::from(Uuid::new_v4())),
        role: Some(flow::Role::Admin),
        corporate: true,
        grants: BTreeSet::from(["order.place", "site.manage", "voucher.send"].map(str::to_owned)),
        session: Some(SessionId::from(Uuid::new_v4())),
    }
}
