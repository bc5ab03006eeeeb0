//! Holds (ME-19): reserve, then confirm, release, or let lapse.

use super::*;
use membership::Membership;
use pb::HoldState;

fn place(house: &House, feature: &str, amount: i64) -> pb::PlaceHoldRequest {
    pb::PlaceHoldRequest {
        request_id: id(),
        site_id: house.site.to_string(),
        feature: feature.into(),
        amount,
        hold_seconds: 0,
    }
}

// ME-19
#[tokio::test]
async fn a_held_seat_is_confirmed_by_those_it_was_held_for() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        house.admit_users(&t, 0..8).await;
        let mut holds = HoldServiceClient::new(t.channel(&product()));
        let hold = holds.place_hold(place(&house, "seat", 2)).await.unwrap().into_inner();
        assert_eq!(hold.state(), HoldState::Held);
        let no = users_of(&t).admit_user(house.admit("somebody")).await.unwrap_err();
        assert_eq!((reason(&no), detail(&no, "held")), ("SEAT_LIMIT_EXCEEDED".into(), "2".into()));
        assert_eq!(reason(&holds.place_hold(place(&house, "seat", 1)).await.unwrap_err()), "SEAT_LIMIT_EXCEEDED");

        let confirm = |users: &[&str]| pb::ConfirmHoldRequest {
            request_id: id(),
            hold_id: hold.hold_id.clone(),
            user_ids: users.iter().map(|u| (*u).to_owned()).collect(),
        };
        let wrong = holds.confirm_hold(confirm(&["a"])).await.unwrap_err();
        assert_eq!(reason(&wrong), "HOLD_USERS_DO_NOT_FIT");
        let mut stranger = HoldServiceClient::new(t.channel(&House::new().admin()));
        assert_eq!(reason(&stranger.confirm_hold(confirm(&["a", "b"])).await.unwrap_err()), "HOLD_NOT_FOUND");
        let done = holds.confirm_hold(confirm(&["a", "b"])).await.unwrap().into_inner();
        assert_eq!(done.state(), HoldState::Confirmed);
        assert_eq!(house.status(&t).await.seats.unwrap().used, 10);
        assert_eq!(reason(&holds.confirm_hold(confirm(&["c", "d"])).await.unwrap_err()), "HOLD_OVER");
    })
    .await;
}

// ME-19
#[tokio::test]
async fn a_hold_lapses_by_itself_and_a_released_one_gives_back() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let mut holds = HoldServiceClient::new(t.channel(&house.admin()));
        let lapsing = holds.place_hold(place(&house, "seat", 10)).await.unwrap().into_inner();
        assert_eq!(reason(&users_of(&t).admit_user(house.admit("a")).await.unwrap_err()), "SEAT_LIMIT_EXCEEDED");
        t.clock.advance(chrono::Duration::minutes(15));
        users_of(&t).admit_user(house.admit("a")).await.unwrap();
        let get = pb::GetHoldRequest { hold_id: lapsing.hold_id };
        assert_eq!(holds.get_hold(get).await.unwrap().into_inner().state(), HoldState::Lapsed);

        let cards = holds.place_hold(place(&house, "corporate-card", 2)).await.unwrap().into_inner();
        assert_eq!(reason(&holds.place_hold(place(&house, "corporate-card", 1)).await.unwrap_err()), "QUOTA_USED_UP");
        let release = pb::ReleaseHoldRequest { request_id: id(), hold_id: cards.hold_id };
        assert_eq!(holds.release_hold(release).await.unwrap().into_inner().state(), HoldState::Released);
        holds.place_hold(place(&house, "corporate-card", 2)).await.unwrap();
        let too_long = pb::PlaceHoldRequest { hold_seconds: 604_801, ..place(&house, "seat", 1) };
        let no = holds.place_hold(too_long).await.unwrap_err();
        assert_eq!(no.get_details_bad_request().unwrap().field_violations[0].field, "hold_seconds");
    })
    .await;
}

// ME-19: two callers cannot hold the last unit
#[tokio::test(flavor = "multi_thread")]
async fn the_last_seat_is_held_once() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        house.admit_users(&t, 0..9).await;
        let tries = (0..20).map(|_| {
            let mut holds = HoldServiceClient::new(t.channel(&product()));
            let request = place(&house, "seat", 1);
            async move { holds.place_hold(request).await }
        });
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1);
    })
    .await;
}
