//! Time and operators: expiry, history, both times, grants, suspension (ME-1, ME-22, BI-13).

use super::*;
use membership::Membership;
use pb::MembershipState as State;

// ME-1, BI-13
#[tokio::test]
async fn a_membership_expires_after_its_last_day_and_an_extension_brings_it_back() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, OrderContent { term_months: 1, ..house.order(OrderKind::New) }).await;
        t.clock.advance(chrono::Duration::days(29)); // 2026-12-22, the last day
        assert_eq!((house.status(&t).await.state(), house.status(&t).await.days_left), (State::Active, 1));
        t.clock.advance(chrono::Duration::days(1));
        assert_eq!(house.status(&t).await.state(), State::Expired);
        assert_eq!(reason(&users_of(&t).admit_user(house.admit("a")).await.unwrap_err()), "MEMBERSHIP_NOT_ACTIVE");
        let ended = t.told::<pb::MembershipEnded>(1).await;
        assert_eq!(ended[0].membership.as_ref().unwrap().site_id, house.site.to_string());
        let mut sites = SiteServiceClient::new(t.channel(&house.admin()));
        let get = pb::GetSiteRequest { site_id: house.site.to_string() };
        assert_eq!(sites.get_site(get.clone()).await.unwrap().into_inner().state(), pb::SiteState::Closed);

        t.clock.advance(chrono::Duration::days(3));
        pay(&t, OrderContent { seats: 0, term_months: 1, ..house.order(OrderKind::Extension) }).await;
        let status = house.status(&t).await;
        assert_eq!((status.state(), status.last_day), (State::Active, date("2027-01-22")));
        assert_eq!(sites.get_site(get).await.unwrap().into_inner().state(), pb::SiteState::Live);
        assert_eq!(t.told::<pb::MembershipEnded>(1).await.len(), 1);
    })
    .await;
}

// ME-1
#[tokio::test]
async fn a_later_start_waits_in_setup() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, OrderContent { start_day: date("2026-12-01"), ..house.order(OrderKind::New) }).await;
        let status = house.status(&t).await;
        assert_eq!((status.state(), status.last_day), (State::PendingSetup, date("2027-11-30")));
        let early = checks_of(&t).check_entitlement(house.check("groupware")).await.unwrap().into_inner();
        assert_eq!(early.reason(), pb::EntitlementReason::NotStarted);
        t.clock.advance(chrono::Duration::days(8));
        assert_eq!(house.status(&t).await.state(), State::Active);
        let causes = t.until("the start is written down", || async {
            let causes = history(&t, &house).await.into_iter().map(|c| c.cause).collect::<Vec<_>>();
            (causes.len() == 2).then_some(causes)
        });
        assert_eq!(causes.await, ["started", "order_new"]);
    })
    .await;
}

// ME-1, ME-22
#[tokio::test]
async fn what_was_in_force_and_what_was_believed_are_answerable() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        t.clock.advance(chrono::Duration::days(10)); // 2026-12-03
        pay(&t, house.five_more()).await;
        let changes = history(&t, &house).await;
        assert_eq!(changes.iter().map(|c| c.seats).collect::<Vec<_>>(), [15, 10]);

        let mut client = MembershipServiceClient::new(t.channel(&house.admin()));
        let mut on = async |day: &str, believed: Option<&str>| {
            let request = pb::GetMembershipInForceRequest {
                site_id: house.site.to_string(),
                day: date(day),
                believed_on: believed.and_then(date),
            };
            let reply = client.get_membership_in_force(request).await.unwrap().into_inner();
            reply.change.map(|c| c.seats)
        };
        assert_eq!(on("2026-11-22", None).await, None);
        assert_eq!(on("2026-12-02", None).await, Some(10));
        assert_eq!(on("2026-12-03", None).await, Some(15));
        assert_eq!(on("2026-12-03", Some("2026-12-02")).await, Some(10));
        assert_eq!(on("2027-11-23", None).await, None);
        let request = pb::GetMembershipInForceRequest { site_id: house.site.to_string(), ..Default::default() };
        let no = client.get_membership_in_force(request).await.unwrap_err();
        assert_eq!(no.get_details_bad_request().unwrap().field_violations[0].field, "day");
    })
    .await;
}

// ME-1, ME-21
#[tokio::test]
async fn operators_give_seats_stop_and_resume() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let site_id = house.site.to_string();
        let mut support = MembershipServiceClient::new(t.channel(&callers::operator(&["support"])));
        let grant = |seats| pb::GrantMembershipRequest {
            request_id: id(),
            site_id: site_id.clone(),
            complimentary_seats: seats,
            complimentary_storage_gb: 0,
        };
        let status = support.grant_membership(grant(2)).await.unwrap().into_inner();
        assert_eq!((status.seats.unwrap().contracted, status.seats.unwrap().complimentary), (10, 2));
        house.admit_users(&t, 0..12).await;
        let status = support.grant_membership(grant(0)).await.unwrap().into_inner();
        assert_eq!(status.seats.unwrap().used_percent, 120, "nobody is thrown out");
        assert_eq!(reason(&users_of(&t).admit_user(house.admit("x")).await.unwrap_err()), "SEAT_LIMIT_EXCEEDED");

        let stop = pb::SuspendMembershipRequest { request_id: id(), site_id: site_id.clone() };
        let mut own = MembershipServiceClient::new(t.channel(&house.admin()));
        assert_eq!(reason(&own.suspend_membership(stop.clone()).await.unwrap_err()), "NOT_ALLOWED");
        assert_eq!(support.suspend_membership(stop).await.unwrap().into_inner().state(), State::Suspended);
        let no = checks_of(&t).check_entitlement(house.check("groupware")).await.unwrap().into_inner();
        assert_eq!(no.reason(), pb::EntitlementReason::Suspended);
        let go = || pb::ResumeMembershipRequest { request_id: id(), site_id: site_id.clone() };
        assert_eq!(support.resume_membership(go()).await.unwrap().into_inner().state(), State::Active);
        assert_eq!(reason(&support.resume_membership(go()).await.unwrap_err()), "MEMBERSHIP_NOT_SUSPENDED");
        let causes: Vec<_> = history(&t, &house).await.into_iter().map(|c| c.cause).collect();
        assert_eq!(causes, ["resumed", "suspended", "granted", "granted", "order_new"]);
    })
    .await;
}

async fn history(t: &Trial, house: &House) -> Vec<pb::MembershipChange> {
    let mut client = MembershipServiceClient::new(t.channel(&house.admin()));
    let request = pb::GetMembershipHistoryRequest { site_id: house.site.to_string(), ..Default::default() };
    client.get_membership_history(request).await.unwrap().into_inner().changes
}
