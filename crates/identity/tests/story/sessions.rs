//! Sessions rotate, end, and are one's own.

use chrono::Duration;
use contract::identity::v1 as pb;
use identity::Identity;
use testkit::{callers, on_both};

use crate::people::{PASSWORD, World, id, reason};

fn refresh(token: &str) -> pb::RefreshSessionRequest {
    pb::RefreshSessionRequest { request_id: id(), refresh_token: token.into() }
}

// ID-19, S16
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_ends_the_session() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.company("narumi1", "01000001234", crate::people::BRN).await;
        let first = w.login("narumi1", PASSWORD).await.unwrap();
        let mut sessions = w.sessions(&callers::anyone());
        let asked = refresh(&first.refresh_token);
        let second = sessions.refresh_session(asked.clone()).await.unwrap().into_inner();
        assert_ne!(second.refresh_token, first.refresh_token);
        let replayed = sessions.refresh_session(asked).await.unwrap().into_inner();
        assert_eq!(replayed.refresh_token, second.refresh_token, "the same request again is not a second use");

        let stolen = sessions.refresh_session(refresh(&first.refresh_token)).await.unwrap_err();
        assert_eq!(reason(&stolen), "SESSION_ENDED");
        let owner = sessions.refresh_session(refresh(&second.refresh_token)).await.unwrap_err();
        assert_eq!(reason(&owner), "SESSION_ENDED", "for both");
        assert_eq!(reason(&sessions.refresh_session(refresh("nothing")).await.unwrap_err()), "SESSION_ENDED");
    })
    .await;
}

// ID-19, S17, S18
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.company("narumi1", "01000001234", crate::people::BRN).await;
        let tokens = [w.login("narumi1", PASSWORD).await.unwrap(), w.login("narumi1", PASSWORD).await.unwrap()];
        let me = w.caller(&tokens[1]);
        let mut sessions = w.sessions(&me);
        let listed = sessions.list_sessions(pb::ListSessionsRequest::default()).await.unwrap().into_inner().sessions;
        assert_eq!(listed.iter().map(|s| s.current).collect::<Vec<_>>(), [true, false]);

        let end = |session_id: &str| pb::EndSessionRequest { request_id: id(), session_id: session_id.into() };
        let stranger = callers::super_admin(callers::company());
        let refused = w.sessions(&stranger).end_session(end(&tokens[0].session_id)).await.unwrap_err();
        assert_eq!(reason(&refused), "SESSION_NOT_FOUND");
        assert_eq!(sessions.end_session(end(&tokens[0].session_id)).await.unwrap().into_inner().ended, 1);
        assert!(sessions.refresh_session(refresh(&tokens[0].refresh_token)).await.is_err());
        sessions.logout(pb::LogoutRequest { request_id: id() }).await.unwrap();
        assert!(sessions.refresh_session(refresh(&tokens[1].refresh_token)).await.is_err());

        let idle = w.login("narumi1", PASSWORD).await.unwrap();
        t.clock.advance(Duration::days(7));
        assert!(w.sessions(&callers::anyone()).refresh_session(refresh(&idle.refresh_token)).await.is_err(), "idle");
        let keys = w.sessions(&callers::anyone()).get_key_set(pb::GetKeySetRequest {}).await.unwrap().into_inner().keys;
        assert_eq!((keys[0].kty.as_str(), keys[0].crv.as_str()), ("OKP", "Ed25519"));
    })
    .await;
}
