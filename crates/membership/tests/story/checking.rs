//! Checks (ME-8, ME-20), switches (ME-9), quotas (ME-10).

use super::*;
use futures::StreamExt;
use membership::Membership;
use pb::EntitlementReason as Why;
use words::Day;

// ME-8, ME-20: the story's step 5
#[tokio::test]
async fn an_answer_knows_why_not_its_revision_and_its_end() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let mut checks = checks_of(&t);
        let yes = checks.check_entitlement(house.check("groupware")).await.unwrap().into_inner();
        let end = contract::timestamp(Day::parse("2027-11-22").unwrap().end());
        assert!(yes.allowed && yes.revision >= 1);
        assert_eq!((yes.until, yes.may_change_at), (end, end));

        let not_bought = checks.check_entitlement(house.check("accounting")).await.unwrap().into_inner();
        assert_eq!((not_bought.allowed, not_bought.reason()), (false, Why::NotContracted));
        let minjun = pb::CheckEntitlementRequest { user_id: "minjun".into(), ..house.check("groupware") };
        let stranger = checks.check_entitlement(minjun.clone()).await.unwrap().into_inner();
        assert_eq!(stranger.reason(), Why::NotGranted);
        users_of(&t).admit_user(house.admit("minjun")).await.unwrap();
        let seated = checks.check_entitlement(minjun).await.unwrap().into_inner();
        assert!(seated.allowed && seated.revision > stranger.revision, "what was committed here is seen at once");

        let seat = pb::CheckEntitlementRequest { amount: 10, ..house.check("seat") };
        let seat = checks.check_entitlement(seat).await.unwrap().into_inner();
        assert_eq!((seat.reason(), seat.limit, seat.used), (Why::QuotaUsedUp, Some(10), 1));

        t.clock.advance(chrono::Duration::days(365));
        let over = checks.check_entitlement(house.check("groupware")).await.unwrap().into_inner();
        assert_eq!((over.reason(), over.may_change_at), (Why::Expired, None), "at the boundary, without any job");
    })
    .await;
}

// ME-8
#[tokio::test]
async fn many_questions_are_answered_from_one_snapshot() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        let options = vec![option("corporate-card", 3), option("accounting", 10)];
        pay(&t, OrderContent { options, ..house.order(OrderKind::New) }).await;
        let ask = |feature: &str| pb::EntitlementQuestion { feature: feature.into(), ..Default::default() };
        let questions = ["corporate-card", "accounting", "tax-invoice", "personal-card"].map(ask).to_vec();
        let request = pb::BatchCheckEntitlementsRequest {
            site_id: house.site.to_string(),
            questions,
            consistency: pb::Consistency::Strong.into(),
        };
        let answers = checks_of(&t).batch_check_entitlements(request.clone()).await.unwrap().into_inner().entitlements;
        let limits: Vec<_> = answers.iter().map(|a| (a.allowed, a.limit)).collect();
        assert_eq!(limits, [(true, Some(5)), (true, None), (true, Some(100)), (false, Some(0))]);
        assert_eq!(answers[3].reason(), Why::NotContracted);

        let many = pb::BatchCheckEntitlementsRequest { questions: vec![ask("seat"); 101], ..request.clone() };
        assert_eq!(reason(&checks_of(&t).batch_check_entitlements(many).await.unwrap_err()), "TOO_MANY_QUESTIONS");
        let wrong = pb::BatchCheckEntitlementsRequest { questions: vec![ask("seat"), ask("한글")], ..request };
        let no = checks_of(&t).batch_check_entitlements(wrong).await.unwrap_err();
        assert_eq!(no.get_details_bad_request().unwrap().field_violations[0].field, "questions[1].feature");
        let mut other = EntitlementServiceClient::new(t.channel(&House::new().admin()));
        assert_eq!(reason(&other.check_entitlement(house.check("seat")).await.unwrap_err()), "SITE_NOT_FOUND");
    })
    .await;
}

// ME-8: what another replica changed is seen within one second
#[tokio::test]
async fn a_change_behind_the_cache_is_seen_within_a_second() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let seats = async || checks_of(&t).check_entitlement(house.check("seat")).await.unwrap().into_inner().limit;
        assert_eq!(seats().await, Some(10));
        // An order comes by the bus: nothing on this path tells the cache.
        pay(&t, house.five_more()).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(seats().await, Some(15));
    })
    .await;
}

// ME-8, ME-20
#[tokio::test]
async fn a_watch_tells_each_change_and_each_boundary() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let request = pb::WatchEntitlementsRequest { site_id: house.site.to_string() };
        let mut watch = checks_of(&t).watch_entitlements(request).await.unwrap().into_inner();
        let seat = |all: &pb::SiteEntitlements| all.entitlements.iter().find(|e| e.feature == "seat").unwrap().clone();
        let first = watch.next().await.unwrap().unwrap();
        assert_eq!(seat(&first).used, 0);
        users_of(&t).admit_user(house.admit("minjun")).await.unwrap();
        let second = watch.next().await.unwrap().unwrap();
        assert!(second.revision > first.revision);
        assert_eq!(seat(&second).used, 1);
        t.clock.advance(chrono::Duration::days(365));
        let over = watch.next().await.unwrap().unwrap();
        assert_eq!((seat(&over).reason(), over.may_change_at), (Why::Expired, None));
    })
    .await;
}

// ME-9
#[tokio::test]
async fn accounting_is_switched_off_and_on_with_history_and_at_no_price() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, OrderContent { options: vec![option("accounting", 10)], ..house.order(OrderKind::New) }).await;
        let turn = |feature: &str, on| pb::SwitchFeatureRequest {
            request_id: id(),
            site_id: house.site.to_string(),
            feature: feature.into(),
            on,
        };
        let fee = house.status(&t).await.monthly_fee;
        let mut switches = FeatureServiceClient::new(t.channel(&house.admin()));
        assert!(!switches.switch_feature(turn("accounting", false)).await.unwrap().into_inner().on);
        switches.switch_feature(turn("accounting", false)).await.unwrap();
        let off = checks_of(&t).check_entitlement(house.check("accounting")).await.unwrap().into_inner();
        assert_eq!(off.reason(), Why::SwitchedOff);
        let status = house.status(&t).await;
        assert!(!status.options.iter().find(|o| o.item == "accounting").unwrap().switched_on);
        assert_eq!(status.monthly_fee, fee);
        switches.switch_feature(turn("accounting", true)).await.unwrap();
        let on = checks_of(&t).check_entitlement(house.check("accounting")).await.unwrap().into_inner();
        assert!(on.allowed);
        let list = pb::ListFeatureSwitchesRequest { site_id: house.site.to_string(), ..Default::default() };
        let turns = switches.list_feature_switches(list).await.unwrap().into_inner().switches;
        assert_eq!(turns.iter().map(|s| s.on).collect::<Vec<_>>(), [true, false]);
        let no = switches.switch_feature(turn("groupware", false)).await.unwrap_err();
        assert_eq!(reason(&no), "NOT_SWITCHABLE");
    })
    .await;
}

// ME-10
#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_never_overdrawn_never_counted_twice_and_begins_anew() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        house.open(&t).await;
        let quotas = || QuotaServiceClient::new(t.channel(&product()));
        let use_up = |feature: &str, amount| pb::ConsumeQuotaRequest {
            request_id: id(),
            site_id: house.site.to_string(),
            feature: feature.into(),
            amount,
        };
        let request = use_up("tax-invoice", 60);
        let first = quotas().consume_quota(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.used, first.limit), (60, 100));
        assert_eq!(first.resets_at, contract::timestamp(Day::parse("2026-12-01").unwrap().start()));
        assert_eq!(quotas().consume_quota(request).await.unwrap().into_inner(), first, "not twice");

        // Forty are left; sixty ask for one each at once.
        let tries = (0..60).map(|_| {
            let (mut quotas, request) = (quotas(), use_up("tax-invoice", 1));
            async move { quotas.consume_quota(request).await }
        });
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 40);
        let no = quotas().consume_quota(use_up("tax-invoice", 1)).await.unwrap_err();
        assert_eq!((reason(&no), detail(&no, "left")), ("QUOTA_USED_UP".into(), "0".into()));

        t.clock.advance(chrono::Duration::days(8)); // 2026-12-01
        let anew = quotas().consume_quota(use_up("tax-invoice", 1)).await.unwrap().into_inner();
        assert_eq!(anew.used, 1);

        // Cards stand until they are removed.
        assert_eq!(quotas().consume_quota(use_up("corporate-card", 2)).await.unwrap().into_inner().resets_at, None);
        assert_eq!(reason(&quotas().consume_quota(use_up("corporate-card", 1)).await.unwrap_err()), "QUOTA_USED_UP");
        let back = |feature: &str, amount| pb::RestoreQuotaRequest {
            request_id: id(),
            site_id: house.site.to_string(),
            feature: feature.into(),
            amount,
        };
        assert_eq!(quotas().restore_quota(back("corporate-card", 1)).await.unwrap().into_inner().used, 1);
        assert_eq!(reason(&quotas().restore_quota(back("corporate-card", 2)).await.unwrap_err()), "NOT_SO_MANY_USED");
        assert_eq!(reason(&quotas().restore_quota(back("tax-invoice", 1)).await.unwrap_err()), "NOT_A_QUOTA");
        assert_eq!(reason(&quotas().consume_quota(use_up("personal-card", 1)).await.unwrap_err()), "NOT_CONTRACTED");
        assert_eq!(reason(&quotas().consume_quota(use_up("seat", 1)).await.unwrap_err()), "NOT_A_QUOTA");
        for amount in [0, -1, i64::MAX] {
            let no = quotas().consume_quota(use_up("e-contract", amount)).await.unwrap_err();
            assert_eq!(no.get_details_bad_request().unwrap().field_violations[0].field, "amount");
        }
    })
    .await;
}
