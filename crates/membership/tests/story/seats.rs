//! Seats (ME-7): exact under concurrency, idempotent per user.

use super::*;
use membership::Membership;

// ME-7, BI-7: the story's step 5
#[tokio::test]
async fn ten_sit_the_eleventh_does_not_until_five_more_are_ordered() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        house.admit_users(&t, 0..10).await;
        let no = users_of(&t).admit_user(house.admit("eleventh")).await.unwrap_err();
        assert_eq!((no.code(), reason(&no)), (tonic::Code::FailedPrecondition, "SEAT_LIMIT_EXCEEDED".into()));
        assert_eq!((detail(&no, "order"), detail(&no, "seats_needed")), ("additional".into(), "1".into()));
        assert!(no.message().contains("10"), "{}", no.message());

        pay(&t, house.five_more()).await;
        let sits = users_of(&t).admit_user(house.admit("eleventh")).await.unwrap().into_inner();
        assert_eq!(sits.seats, Some(pb::UsedOf { used: 11, contracted: 15, complimentary: 0, used_percent: 73 }));
        assert_eq!(house.status(&t).await.monthly_fee.unwrap().units, 60_000);
    })
    .await;
}

// ME-7
#[tokio::test]
async fn a_user_sits_once_and_a_released_seat_is_free() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        house.admit_users(&t, 0..10).await;
        let again = users_of(&t).admit_user(house.admit("user-3")).await.unwrap().into_inner();
        assert_eq!(again.seats.unwrap().used, 10);

        let release = |user: &str| pb::ReleaseUserRequest {
            request_id: id(),
            site_id: house.site.to_string(),
            user_id: user.into(),
        };
        let mut manager = UserServiceClient::new(t.channel(&callers::admin(house.company, &["membership.manage"])));
        let gone = manager.release_user(release("user-3")).await.unwrap().into_inner();
        assert_eq!((gone.released, gone.seats.unwrap().used), (true, 9));
        let gone = manager.release_user(release("user-3")).await.unwrap().into_inner();
        assert_eq!((gone.released, gone.seats.unwrap().used), (false, 9));
        users_of(&t).admit_user(house.admit("user-10")).await.unwrap();

        let list = pb::ListSiteUsersRequest { site_id: house.site.to_string(), page_size: 6, ..Default::default() };
        let first = manager.list_site_users(list.clone()).await.unwrap().into_inner();
        let rest = pb::ListSiteUsersRequest { page_token: first.next_page_token, ..list };
        let rest = manager.list_site_users(rest).await.unwrap().into_inner();
        assert_eq!((first.users.len(), rest.users.len(), rest.next_page_token.as_str()), (6, 4, ""));
        assert!(first.users.iter().chain(&rest.users).all(|u| u.user_id != "user-3"));
    })
    .await;
}

// ME-7: fifty at once for ten seats are ten
#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_for_ten_seats_are_exactly_ten() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let tries = (0..50).map(|i| {
            let (mut users, request) = (users_of(&t), house.admit(&format!("user-{i}")));
            async move { users.admit_user(request).await }
        });
        let outcomes = futures::future::join_all(tries).await;
        let refused: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
        assert_eq!(outcomes.len() - refused.len(), 10);
        assert!(refused.iter().all(|no| reason(no) == "SEAT_LIMIT_EXCEEDED"), "{refused:?}");
        assert_eq!(house.status(&t).await.seats.unwrap().used, 10);
    })
    .await;
}

// ME-7: one user asked for twenty times at once sits once
#[tokio::test(flavor = "multi_thread")]
async fn one_user_at_once_from_everywhere_sits_once() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let tries = (0..20).map(|_| {
            let (mut users, request) = (users_of(&t), house.admit("minjun"));
            async move { users.admit_user(request).await }
        });
        assert!(futures::future::join_all(tries).await.iter().all(Result::is_ok));
        assert_eq!(house.status(&t).await.seats.unwrap().used, 1);
    })
    .await;
}

// ME-7
#[tokio::test]
async fn others_and_wrong_ids_are_refused() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let mut stranger = UserServiceClient::new(t.channel(&House::new().admin()));
        assert_eq!(reason(&stranger.admit_user(house.admit("x")).await.unwrap_err()), "SITE_NOT_FOUND");
        let mut helper = UserServiceClient::new(t.channel(&callers::admin(house.company, &["order.place"])));
        assert_eq!(reason(&helper.admit_user(house.admit("x")).await.unwrap_err()), "NOT_ALLOWED");
        let mut checker = UserServiceClient::new(t.channel(&callers::client(&["membership.check"])));
        assert_eq!(reason(&checker.admit_user(house.admit("x")).await.unwrap_err()), "NOT_ALLOWED");
        for wrong in ["", "kim@example.com", "김민준", &"x".repeat(65)] {
            let no = users_of(&t).admit_user(house.admit(wrong)).await.unwrap_err();
            assert_eq!(no.get_details_bad_request().unwrap().field_violations[0].field, "user_id");
        }
        // The same request id again answers the same; with other content it is refused.
        let request = house.admit("minjun");
        let first = users_of(&t).admit_user(request.clone()).await.unwrap().into_inner();
        assert_eq!(users_of(&t).admit_user(request.clone()).await.unwrap().into_inner(), first);
        let other = pb::AdmitUserRequest { user_id: "seoyeon".into(), ..request };
        assert_eq!(reason(&users_of(&t).admit_user(other).await.unwrap_err()), "REQUEST_ID_REUSED");
    })
    .await;
}
