//! The trail, the permissions, and what other contexts tell.

use contract::{
    billing::v1::OrderFulfilled,
    exported::{self, DataExported},
    identity::v1 as pb,
    voucher::v1::LotFunded,
};
use identity::Identity;
use sea_orm::ConnectionTrait as _;
use testkit::{callers, on_both};

use crate::people::{BRN, World, fields, id, reason};

// ID-29, S58
#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_trail_is_found_out() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "", 0).await;
        let listed =
            w.audit(&boss).list_audit_entries(pb::ListAuditEntriesRequest::default()).await.unwrap().into_inner();
        let actions: Vec<_> = listed.entries.iter().map(|e| e.action.as_str()).collect();
        assert_eq!(actions, ["session.started", "company.signed_up"]);
        assert!(listed.entries.iter().all(|e| e.company_id == company.company_id));
        let stranger = callers::super_admin(callers::company());
        let none =
            w.audit(&stranger).list_audit_entries(pb::ListAuditEntriesRequest::default()).await.unwrap().into_inner();
        assert!(none.entries.is_empty());
        let admin = callers::admin(company.company_id.parse().unwrap(), &["order.place"]);
        assert_eq!(
            reason(&w.audit(&admin).list_audit_entries(pb::ListAuditEntriesRequest::default()).await.unwrap_err()),
            "NOT_ALLOWED"
        );

        let operator = callers::operator(&["support"]);
        let verify = || async {
            w.audit(&operator).verify_audit_trail(pb::VerifyAuditTrailRequest {}).await.unwrap().into_inner()
        };
        let whole = verify().await;
        assert!(whole.intact && whole.first_broken == 0 && whole.entries >= 3, "{whole:?}");
        let db = t.running.flow.db().write();
        let victim = listed.entries[1].number;
        db.execute_unprepared(&format!("UPDATE audit_entry SET actor = 'somebody else' WHERE number = {victim}"))
            .await
            .unwrap();
        let broken = verify().await;
        assert!(!broken.intact);
        assert_eq!(broken.first_broken, victim);
    })
    .await;
}

// S55, ID-29
#[tokio::test(flavor = "multi_thread")]
async fn a_file_taken_from_any_service_is_in_the_trail_once() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "", 0).await;
        let actor = boss.name();
        let fact = DataExported {
            export_id: id(),
            what: "recipients".into(),
            subject: "snd_1".into(),
            company_id: company.company_id.clone(),
            actor: actor.clone(),
            row_count: 50,
            time: contract::timestamp(t.clock.now()),
            sealed: exported::seal(t.running.flow.sealer(), "고객 문의".into(), "203.0.113.7".into()),
        };
        let event = t.event("exp_1", fact);
        t.hear_event(&event).await;
        t.hear_event(&event).await;
        let listed =
            w.audit(&boss).list_audit_entries(pb::ListAuditEntriesRequest::default()).await.unwrap().into_inner();
        let taken: Vec<_> = listed.entries.iter().filter(|e| e.action == "recipients.exported").collect();
        let [entry] = taken[..] else { panic!("{} entries", taken.len()) };
        assert_eq!((&entry.actor, entry.subject.as_str(), entry.address.as_str()), (&actor, "snd_1", "203.0.113.7"));
        assert!(
            entry.detail.starts_with("50 rows at 20") && entry.detail.ends_with("Z: 고객 문의"),
            "{}",
            entry.detail
        );
        let verify = pb::VerifyAuditTrailRequest {};
        let operator = callers::operator(&["support"]);
        assert!(w.audit(&operator).verify_audit_trail(verify).await.unwrap().into_inner().intact);
    })
    .await;
}

// ID-2
#[tokio::test(flavor = "multi_thread")]
async fn a_prospect_becomes_a_customer_once() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.company("narumi1", "01000001234", BRN).await;
        let fulfilled = OrderFulfilled { order_id: "ord".into(), version: 3, company_id: company.company_id.clone() };
        let event = t.event("ord", fulfilled);
        t.hear_event(&event).await;
        t.hear_event(&event).await;
        let funded = LotFunded { lot_id: "lot".into(), company_id: company.company_id.clone(), ..Default::default() };
        t.hear("lot", funded).await;
        let boss = w.sign_in("narumi1", "", 0).await;
        let mine = pb::GetCompanyRequest { company_id: "mine".into() };
        let now = w.companies(&boss).get_company(mine).await.unwrap().into_inner();
        assert_eq!((now.state(), now.version), (pb::CompanyState::Customer, 2));
        assert_eq!(t.told::<pb::CompanyChanged>(2).await.len(), 2);
    })
    .await;
}

// ID-12, ID-25, S23
#[tokio::test(flavor = "multi_thread")]
async fn company_information_is_its_own_admins() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.company("narumi1", "01000001234", BRN).await;
        let of = company.company_id.parse().unwrap();
        let update = |id_: &str| pb::UpdateCompanyRequest {
            request_id: id(),
            company_id: id_.into(),
            address: Some("서울시 가상구 없는길 1".into()),
            tax_contact: Some(pb::TaxContact {
                name: "나회계".into(),
                email: "tax@example.com".into(),
                phone: "01000005555".into(),
            }),
            refund_account: Some(pb::RefundAccount {
                bank: "가상은행".into(),
                number: "100-000-0000001".into(),
                holder: "주식회사나루선물".into(),
            }),
            ..Default::default()
        };
        let editor = callers::admin(of, &["company.edit"]);
        let edited = w.companies(&editor).update_company(update(&company.company_id)).await.unwrap().into_inner();
        assert_eq!(edited.refund_account.unwrap().number, "10000000*****");
        let moved = pb::UpdateCompanyRequest {
            request_id: id(),
            company_id: "mine".into(),
            address: Some("서울시 가상구 없는길 2".into()),
            ..Default::default()
        };
        w.companies(&editor).update_company(moved).await.unwrap();
        let told = t.told::<pb::CompanyChanged>(3).await;
        assert_eq!(told[1].registration_changed_on, None, "what was not given yet is no change");
        assert_eq!(told[2].registration_changed_on, told[2].registered_on, "on this very day (BI-21)");
        let reader = callers::admin(of, &["order.place"]);
        assert_eq!(reason(&w.companies(&reader).update_company(update("mine")).await.unwrap_err()), "NOT_ALLOWED");
        let stranger = callers::super_admin(callers::company());
        let refused = w.companies(&stranger).update_company(update(&company.company_id)).await.unwrap_err();
        assert_eq!(reason(&refused), "COMPANY_NOT_FOUND");
        let get = pb::GetCompanyRequest { company_id: company.company_id.clone() };
        assert_eq!(reason(&w.companies(&stranger).get_company(get).await.unwrap_err()), "COMPANY_NOT_FOUND");
        let nothing = pb::UpdateCompanyRequest { request_id: id(), company_id: "mine".into(), ..Default::default() };
        assert_eq!(fields(&w.companies(&editor).update_company(nothing).await.unwrap_err()), ["company_id"]);
    })
    .await;
}

// ID-25
#[tokio::test(flavor = "multi_thread")]
async fn the_super_admin_grants_and_revokes() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.voucher_company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "01000001234", 2).await;
        let phone = "01000002222";
        let invite = pb::InviteAdministratorRequest {
            request_id: id(),
            name: "이두레".into(),
            department: "총무팀".into(),
            position: "대리".into(),
            to: Some(pb::invite_administrator_request::To::Phone(phone.into())),
        };
        w.invitations(&boss).invite_administrator(invite).await.unwrap();
        let form = pb::AcceptVoucherInvitationRequest {
            request_id: id(),
            token: w.invitation(phone, "invitation-sms", 1).await,
            company_name: "주식회사 나루선물".into(),
            brn: BRN.into(),
            contact: Some(w.contact("leedure1", phone).await),
        };
        let admin = w.invitations(&callers::anyone()).accept_voucher_invitation(form).await.unwrap().into_inner();
        let grant = |permission: &str| pb::GrantPermissionRequest {
            request_id: id(),
            account_id: admin.account_id.clone(),
            permission: permission.into(),
        };
        let granted = w.accounts(&boss).grant_permission(grant("audit.read")).await.unwrap().into_inner();
        assert!(granted.permissions.contains(&"audit.read".to_owned()));
        w.sign_in("leedure1", phone, 2).await.admin_with("audit.read").unwrap();
        assert_eq!(fields(&w.accounts(&boss).grant_permission(grant("everything")).await.unwrap_err()), ["permission"]);
        let stranger = callers::super_admin(callers::company());
        assert_eq!(
            reason(&w.accounts(&stranger).grant_permission(grant("audit.read")).await.unwrap_err()),
            "ACCOUNT_NOT_FOUND"
        );
        let revoke = pb::RevokePermissionRequest {
            request_id: id(),
            account_id: admin.account_id.clone(),
            permission: "voucher.send".into(),
        };
        let revoked = w.accounts(&boss).revoke_permission(revoke).await.unwrap().into_inner();
        assert!(!revoked.permissions.contains(&"voucher.send".to_owned()));
    })
    .await;
}
