//! Usage reports (ME-6).

use super::*;
use membership::Membership;

// ME-6, ME-3
#[tokio::test]
async fn the_newest_report_by_its_own_time_wins() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, house.free()).await;
        house.admit_users(&t, 0..8).await;
        let mut usage = UsageServiceClient::new(t.channel(&product()));
        let report = |minutes_ago: i64, account: i64| pb::ReportUsageRequest {
            request_id: id(),
            site_id: house.site.to_string(),
            measured_at: contract::timestamp(t.clock.now() - chrono::Duration::minutes(minutes_ago)),
            users: 8,
            account_storage_used_mb: account,
            shared_storage_used_mb: 0,
            account_storage_mb: 7_000,
        };
        usage.report_usage(report(5, 3_900)).await.unwrap();
        let late = usage.report_usage(report(10, 100)).await.unwrap().into_inner();
        assert_eq!(late.account_storage_used_mb, 3_900, "an older one changes nothing");

        let status = house.status(&t).await;
        assert_eq!(status.seats, Some(pb::UsedOf { used: 8, contracted: 9, complimentary: 0, used_percent: 89 }));
        let storage = status.storage_mb.unwrap();
        assert_eq!((storage.used, storage.contracted, storage.used_percent), (3_900, 9_000, 43));
        assert_eq!(status.account_storage_mb.unwrap().contracted, 7_000);
        assert_eq!(status.shared_storage_mb.unwrap().contracted, 2_000);

        let future = usage.report_usage(report(-60, 1)).await.unwrap_err();
        assert_eq!(future.get_details_bad_request().unwrap().field_violations[0].field, "measured_at");
        let mut admin = UsageServiceClient::new(t.channel(&house.admin()));
        assert_eq!(reason(&admin.report_usage(report(0, 1)).await.unwrap_err()), "NOT_ALLOWED");
    })
    .await;
}
