//! Orders become memberships, exactly once (ME-2); sites get their addresses (ME-4).

use super::*;
use membership::Membership;

// ME-1, ME-2, ME-3, ME-4
#[tokio::test]
async fn a_paid_order_opens_a_site_once_however_often_it_is_delivered() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        let order = OrderContent { site_prefix: "hanul".into(), ..house.order(OrderKind::New) };
        let event = t.event("order", OrderPaid { order: Some(order.clone()) });
        t.hear_event(&event).await;
        t.hear_event(&event).await;
        // The same order in another event: the natural key guards what the inbox cannot.
        pay(&t, order.clone()).await;

        let told = t.told::<pb::OrderApplied>(1).await;
        assert_eq!((told.len(), &told[0].order_id), (1, &order.order_id));
        let opened = t.told::<pb::SiteOpened>(1).await;
        assert_eq!((opened.len(), opened[0].address.as_str()), (1, "hanul.office.dure.example"));

        let status = house.status(&t).await;
        assert_eq!(status.address, "hanul.office.dure.example");
        assert_eq!((status.state(), status.class()), (pb::MembershipState::Active, pb::MembershipClass::Paid));
        assert_eq!((status.first_day, status.last_day), (date("2026-11-23"), date("2027-11-22")));
        assert_eq!(status.days_left, 365);
        assert_eq!(status.seats, Some(pb::UsedOf { used: 0, contracted: 10, complimentary: 0, used_percent: 0 }));
        assert_eq!(status.storage_mb.unwrap().contracted, 10_000);
        assert_eq!(status.monthly_fee.unwrap().units, 40_000);
    })
    .await;
}

// ME-2
#[tokio::test]
async fn orders_in_any_order_end_alike() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        let (new, more) = (house.order(OrderKind::New), house.five_more());
        let longer = OrderContent { seats: 0, ..house.order(OrderKind::Extension) };
        pay(&t, longer).await;
        pay(&t, more).await;
        let mut client = MembershipServiceClient::new(t.channel(&house.admin()));
        let request = pb::GetMembershipStatusRequest { site_id: house.site.to_string() };
        assert_eq!(reason(&client.get_membership_status(request).await.unwrap_err()), "SITE_NOT_FOUND");
        pay(&t, new).await;
        assert_eq!(t.told::<pb::OrderApplied>(3).await.len(), 3);
        let status = house.status(&t).await;
        assert_eq!((status.seats.unwrap().contracted, status.last_day), (15, date("2028-11-22")));
    })
    .await;
}

// ME-1, ME-7, ME-18
#[tokio::test]
async fn a_free_membership_is_converted_and_keeps_nothing_free() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, house.free()).await;
        let status = house.status(&t).await;
        assert_eq!((status.class(), status.last_day, status.days_left), (pb::MembershipClass::Free, None, 0));
        house.admit_users(&t, 0..9).await;
        let no = users_of(&t).admit_user(house.admit("tenth")).await.unwrap_err();
        assert_eq!((reason(&no), detail(&no, "order")), ("SEAT_LIMIT_EXCEEDED".into(), "conversion".into()));

        let converting = OrderContent { seats: 12, storage_gb: 50, ..house.order(OrderKind::Conversion) };
        pay(&t, converting).await;
        let status = house.status(&t).await;
        assert_eq!((status.class(), status.base_service.as_str()), (pb::MembershipClass::Paid, "shared"));
        assert_eq!(status.seats, Some(pb::UsedOf { used: 9, contracted: 12, complimentary: 0, used_percent: 75 }));
        assert_eq!((status.last_day, status.storage_mb.unwrap().contracted), (date("2027-11-22"), 62_000));
        house.admit_users(&t, 9..12).await;
        assert_eq!(reason(&users_of(&t).admit_user(house.admit("13")).await.unwrap_err()), "SEAT_LIMIT_EXCEEDED");
    })
    .await;
}

// ME-1
#[tokio::test]
async fn a_second_free_membership_is_given_up() {
    testkit::on_both::<Membership, _>(|t| async move {
        let house = House::new();
        pay(&t, house.free()).await;
        let second = House { company: house.company, site: SiteId::new(Uuid::now_v7()) };
        let event = t.event("order", OrderPaid { order: Some(second.free()) });
        let taken = t.bus.hand(&event).await;
        assert!(matches!(&taken, flow::Taken::Failed(why) if why.contains("FREE_MEMBERSHIP_EXISTS")), "{taken:?}");
    })
    .await;
}

// ME-4
#[tokio::test]
async fn a_wish_that_cannot_be_met_does_not_hold_up_the_opening() {
    testkit::on_both::<Membership, _>(|t| async move {
        let (first, second, third) = (House::new(), House::new(), House::new());
        for (house, wish) in [(&first, "hanul"), (&second, "hanul"), (&third, "www")] {
            pay(&t, OrderContent { site_prefix: wish.into(), ..house.order(OrderKind::New) }).await;
        }
        assert!(!first.status(&t).await.prefix_generated);
        for house in [&second, &third] {
            let status = house.status(&t).await;
            assert!(status.prefix_generated && status.address.starts_with("site-"), "{}", status.address);
        }

        let mut sites = SiteServiceClient::new(t.channel(&second.admin()));
        let set = |address| pb::SetSiteAddressRequest {
            request_id: id(),
            site_id: second.site.to_string(),
            address: Some(address),
        };
        use pb::set_site_address_request::Address;
        let taken = sites.set_site_address(set(Address::Prefix("hanul".into()))).await.unwrap_err();
        assert_eq!((taken.code(), reason(&taken)), (tonic::Code::AlreadyExists, "ADDRESS_TAKEN".into()));
        let reserved = sites.set_site_address(set(Address::Prefix("www".into()))).await.unwrap_err();
        assert!(
            reserved.get_details_bad_request().unwrap().field_violations[0].description.starts_with("PREFIX_RESERVED")
        );
        let site = sites.set_site_address(set(Address::Prefix("hanul-2".into()))).await.unwrap().into_inner();
        assert_eq!((site.address.as_str(), site.prefix_generated), ("hanul-2.office.dure.example", false));

        let site =
            sites.set_site_address(set(Address::Domain("Office.Example.com".into()))).await.unwrap().into_inner();
        assert_eq!((site.state(), site.address.as_str()), (pb::SiteState::AwaitingDns, "hanul-2.office.dure.example"));
        assert_eq!(site.dns_record, "CNAME office.example.com hanul-2.office.dure.example");
        let confirm = pb::ConfirmSiteAddressRequest { request_id: id(), site_id: second.site.to_string() };
        assert_eq!(reason(&sites.confirm_site_address(confirm.clone()).await.unwrap_err()), "NOT_ALLOWED");
        let mut support = SiteServiceClient::new(t.channel(&callers::operator(&["support"])));
        let site = support.confirm_site_address(confirm).await.unwrap().into_inner();
        assert_eq!((site.state(), site.address.as_str()), (pb::SiteState::Live, "office.example.com"));

        // Another company's domain is taken too; its site is not found.
        let mut others = SiteServiceClient::new(t.channel(&first.admin()));
        let mut request = set(Address::Domain("office.example.com".into()));
        assert_eq!(reason(&others.set_site_address(request.clone()).await.unwrap_err()), "SITE_NOT_FOUND");
        (request.site_id, request.request_id) = (first.site.to_string(), id());
        assert_eq!(reason(&others.set_site_address(request).await.unwrap_err()), "ADDRESS_TAKEN");
    })
    .await;
}

// ME-4
#[tokio::test]
async fn a_company_lists_its_own_sites_page_by_page() {
    testkit::on_both::<Membership, _>(|t| async move {
        let (house, other) = (House::new(), House::new());
        house.open(&t).await;
        let second = House { company: house.company, site: SiteId::new(Uuid::now_v7()) };
        second.open(&t).await;
        other.open(&t).await;
        let mut sites = SiteServiceClient::new(t.channel(&house.admin()));
        let first =
            sites.list_sites(pb::ListSitesRequest { page_size: 1, ..Default::default() }).await.unwrap().into_inner();
        assert_eq!(first.sites[0].site_id, house.site.to_string());
        let next = pb::ListSitesRequest { page_size: 1, page_token: first.next_page_token, ..Default::default() };
        let rest = sites.list_sites(next).await.unwrap().into_inner();
        assert_eq!((rest.sites[0].site_id.clone(), rest.next_page_token), (second.site.to_string(), String::new()));

        let get = pb::GetSiteRequest { site_id: other.site.to_string() };
        let no = sites.get_site(get.clone()).await.unwrap_err();
        assert_eq!((no.code(), reason(&no)), (tonic::Code::NotFound, "SITE_NOT_FOUND".into()));
        let mut support = SiteServiceClient::new(t.channel(&callers::operator(&["support"])));
        assert_eq!(support.get_site(get).await.unwrap().into_inner().company_id, other.company.to_string());
        let all = support.list_sites(pb::ListSitesRequest::default()).await.unwrap().into_inner();
        assert_eq!(all.sites.len(), 3);
    })
    .await;
}
