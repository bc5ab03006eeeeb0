//! My live sessions (ID-19), and the keys tokens are verified with.

use boot::token::KeySet;
use contract::identity::v1 as pb;
use flow::{Page, Read, Stop};

use super::{me, table};

/// `ListSessions`: newest first.
pub async fn list(read: Read, m: pb::ListSessionsRequest) -> Result<pb::ListSessionsReply, Stop> {
    let me = me(read.caller())?;
    let page = Page::parse(m.page_size, &m.page_token, &me)?;
    let mut sessions = table::of_account(&read, me, page.after_as()?, page.fetch()).await?;
    let next_page_token = page.cut(&mut sessions, |s| s.id.to_string());
    let current = read.caller().account().ok().and_then(|a| a.session);
    let render = |s: super::Session| pb::Session {
        session_id: s.id.to_string(),
        create_time: contract::timestamp(s.created_at),
        last_used_time: contract::timestamp(s.used_at),
        address: s.address,
        current: current == Some(s.id),
    };
    let live = sessions.into_iter().filter(|s| s.lives(read.now()));
    Ok(pb::ListSessionsReply { sessions: live.map(render).collect(), next_page_token })
}

/// `GetKeySet`.
pub async fn key_set(read: Read, _: pb::GetKeySetRequest) -> Result<pb::GetKeySetReply, Stop> {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let keys = read.part::<KeySet>();
    let key = |(kid, x): (String, [u8; 32])| pb::Key {
        kid,
        kty: "OKP".into(),
        crv: "Ed25519".into(),
        alg: "EdDSA".into(),
        r#use: "sig".into(),
        x: BASE64_URL_SAFE_NO_PAD.encode(x),
    };
    Ok(pb::GetKeySetReply { keys: keys.published().into_iter().map(key).collect() })
}
