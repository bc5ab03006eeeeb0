//! Signing up, and what is wrong with a form.

use contract::identity::v1 as pb;
use identity::{Identity, RegistryKind};
use testkit::{callers, on_both, on_both_with};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::people::{BRN, World, consents, date, fields, id, reason};

// ID-5, ID-6, ID-7, ID-31
#[tokio::test(flavor = "multi_thread")]
async fn an_individual_signs_up_once() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        let mut accounts = w.accounts(&callers::anyone());
        let made = accounts.sign_up_individual(form.clone()).await.unwrap().into_inner();
        assert_eq!(made.kind(), pb::AccountKind::Individual);
        assert_eq!(made.phone_masked, "0100****234");
        let again = accounts.sign_up_individual(form.clone()).await.unwrap().into_inner();
        assert_eq!(again.account_id, made.account_id, "the same request answers the same");

        let other = pb::SignUpIndividualRequest { request_id: id(), login_id: "leedure2".into(), ..form };
        let refused = accounts.sign_up_individual(other).await.unwrap_err();
        assert_eq!(reason(&refused), "VERIFICATION_INVALID", "used");

        let taken = w.individual_form("leedure1", "01000001235").await;
        let refused = accounts.sign_up_individual(taken).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("LOGIN_ID_TAKEN", vec!["login_id".to_owned()]));
        let free = accounts.check_login_id(pb::CheckLoginIdRequest { login_id: "leedure1".into() }).await.unwrap();
        assert!(!free.into_inner().free);
        assert_eq!(w.mail("leedure1@example.com", "welcome", 1).await.len(), 1);
    })
    .await;
}

// ID-5, ID-6, ID-7
#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_form_is_named() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let mut child = w.asks("01000001234");
        child.birth_date = date(2012, 11, 24);
        let refused = w.verifications(&callers::anyone()).request_code(child).await.unwrap_err();
        assert_eq!(fields(&refused), ["birth_date"], "14 tomorrow");

        let mut form = w.individual_form("leedure1", "01000001234").await;
        form.login_id = "Kim".into();
        form.password = "onlysmallletters".into();
        form.email = "nobody".into();
        form.consents.retain(|c| c.key != "privacy");
        let refused = w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap_err();
        assert_eq!(reason(&refused), "INVALID_FIELDS");
        assert_eq!(fields(&refused), ["login_id", "password", "email", "consents"]);
    })
    .await;
}

// ID-6, S11, S12, S13
#[tokio::test(flavor = "multi_thread")]
async fn a_code_has_five_tries_three_minutes_and_one_purpose() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let phone = "01000001234";
        let mut client = w.verifications(&callers::anyone());
        let asked = client.request_code(w.asks(phone)).await.unwrap().into_inner();
        let right = w.code(phone, 1).await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let give = |verification_id: &str, code: &str| pb::ConfirmCodeRequest {
            request_id: id(),
            verification_id: verification_id.into(),
            code: code.into(),
        };
        let at_once = (0..20).map(|_| {
            let (mut client, given) = (client.clone(), give(&asked.verification_id, wrong));
            async move { client.confirm_code(given).await.unwrap_err() }
        });
        for refused in futures::future::join_all(at_once).await {
            assert_eq!(reason(&refused), "CODE_WRONG_OR_EXPIRED");
        }
        let refused = client.confirm_code(give(&asked.verification_id, &right)).await.unwrap_err();
        assert_eq!(reason(&refused), "CODE_WRONG_OR_EXPIRED", "five wrong, then right");

        let late = client.request_code(w.asks(phone)).await.unwrap().into_inner();
        let code = w.code(phone, 2).await;
        t.clock.advance(chrono::Duration::minutes(3));
        assert!(client.confirm_code(give(&late.verification_id, &code)).await.is_err(), "late");

        let first = client.request_code(w.asks(phone)).await.unwrap().into_inner();
        let code = w.code(phone, 3).await;
        client.request_code(w.asks(phone)).await.unwrap();
        assert!(client.confirm_code(give(&first.verification_id, &code)).await.is_err(), "replaced by a newer one");

        client.request_code(w.asks(phone)).await.unwrap();
        let refused = client.request_code(w.asks(phone)).await.unwrap_err();
        assert_eq!(reason(&refused), "ASKED_TOO_OFTEN", "the sixth within the hour");
    })
    .await;
}

// ID-1, ID-2, ID-3, ID-8, ID-26
#[tokio::test(flavor = "multi_thread")]
async fn a_company_signs_up_by_the_portal_form() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let made = w.company("narumi1", "01000001234", "123-45-67891").await;
        assert_eq!((made.state(), made.brn.as_str()), (pb::CompanyState::Prospect, BRN));
        assert_eq!(made.verification(), pb::RegistryVerification::Verified);
        assert_eq!(made.verification_source, "check-digit-only");
        let told = t.told::<pb::CompanyChanged>(1).await;
        assert_eq!((told[0].version, told[0].brn.as_str()), (1, BRN));

        let boss = w.sign_in("narumi1", "01000001234", 0).await;
        let me = w.me(&boss).await;
        assert_eq!(me.account.as_ref().unwrap().role(), pb::Role::SuperAdmin);
        assert_eq!(me.account.unwrap().kind(), pb::AccountKind::Corporate);
        assert_eq!(me.company.unwrap().company_id, made.company_id);

        let mut form = pb::SignUpCompanyRequest {
            request_id: id(),
            company: Some(w.company_form(BRN)),
            contact: Some(w.contact("narumi2", "01000001235").await),
        };
        let refused = w.companies(&callers::anyone()).sign_up_company(form.clone()).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("BRN_TAKEN", vec!["company.brn".to_owned()]));
        form.company.as_mut().unwrap().brn = "1234567890".into();
        let refused = w.companies(&callers::anyone()).sign_up_company(form).await.unwrap_err();
        assert_eq!(fields(&refused), ["company.brn"], "check digit");
    })
    .await;
}

// ID-2, ID-9, ID-10
#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_company_waits_for_a_reviewer() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        assert_eq!(reason(&w.upload("x.pdf", b"just words").await.unwrap_err()), "DOCUMENT_TYPE");
        let large = [b"%PDF-".as_slice(), &vec![0; 10 * 1024 * 1024]].concat();
        assert_eq!(reason(&w.upload("x.pdf", &large).await.unwrap_err()), "DOCUMENT_TOO_LARGE");

        let form = w.voucher_form("narumi1", "01000001234", BRN).await;
        let mut stranger = form.clone();
        stranger.account.as_mut().unwrap().holder = "다른 사람".into();
        stranger.main_phone = "x".into();
        let mut companies = w.companies(&callers::anyone());
        let refused = companies.sign_up_voucher_company(stranger).await.unwrap_err();
        assert_eq!(fields(&refused), ["main_phone", "account.holder"]);
        let old = pb::SignUpVoucherCompanyRequest { head_count_issued_on: date(2026, 10, 22), ..form.clone() };
        let refused = companies.sign_up_voucher_company(old).await.unwrap_err();
        assert_eq!(fields(&refused), ["head_count_issued_on"]);

        let made = companies.sign_up_voucher_company(form.clone()).await.unwrap().into_inner();
        assert_eq!(made.state(), pb::CompanyState::UnderReview);
        assert_eq!(reason(&w.login("narumi1", crate::people::PASSWORD).await.unwrap_err()), "COMPANY_UNDER_REVIEW");

        let reviewer = callers::operator(&["reviewer"]);
        let queue =
            w.companies(&reviewer).list_companies_for_review(pb::ListCompaniesForReviewRequest::default()).await;
        let entry = queue.unwrap().into_inner().companies.remove(0);
        assert_eq!(entry.contact_position, "총무팀 과장");
        let asked = pb::DownloadDocumentRequest { document_id: entry.certificate.unwrap().document_id };
        let body = w.documents(&reviewer).download_document(asked.clone()).await.unwrap().into_inner();
        assert_eq!(
            (body.content_type.as_str(), body.data.as_slice()),
            ("application/pdf", b"%PDF-1.7\ncertificate.pdf".as_slice())
        );
        let other = callers::super_admin(callers::company());
        assert_eq!(reason(&w.documents(&other).download_document(asked).await.unwrap_err()), "DOCUMENT_NOT_FOUND");

        let approve =
            pb::ApproveCompanyRequest { request_id: id(), company_id: made.company_id.clone(), head_count: 42 };
        let refused = w.companies(&other).approve_company(approve.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_ALLOWED");
        let approved = w.companies(&reviewer).approve_company(approve).await.unwrap().into_inner();
        assert!(approved.voucher_member && approved.head_count == 42 && approved.state() == pb::CompanyState::Prospect);
        w.mail("01000001234", "company-approved", 1).await;

        let reply = w.login("narumi1", crate::people::PASSWORD).await.unwrap();
        assert!(reply.code_required && reply.access_token.is_empty(), "ID-19");
        w.sign_in("narumi1", "01000001234", 3).await;
    })
    .await;
}

// ID-3, ID-9
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_company_hears_why_and_its_number_is_free() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.voucher_form("narumi1", "01000001234", BRN).await;
        let made = w.companies(&callers::anyone()).sign_up_voucher_company(form).await.unwrap().into_inner();
        let reviewer = callers::operator(&["reviewer"]);
        let reject = pb::RejectCompanyRequest {
            request_id: id(),
            company_id: made.company_id,
            reason: "서류가 흐립니다.".into(),
        };
        let rejected = w.companies(&reviewer).reject_company(reject).await.unwrap().into_inner();
        assert_eq!(rejected.state(), pb::CompanyState::Rejected);
        let sms = w.mail("01000001234", "company-rejected", 1).await.remove(0);
        assert_eq!(sms.variables["reason"], "서류가 흐립니다.");
        w.company("narumi2", "01000001235", BRN).await;
    })
    .await;
}

// ID-4
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_registry_stops_nobody_and_is_asked_again() {
    let server = MockServer::start().await;
    Mock::given(path("/validate")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let url = server.uri();
    let change = |s: &mut identity::Settings| {
        s.registry.kind = RegistryKind::Nts;
        s.registry.url.clone_from(&url);
        s.registry.service_key = "key".to_owned().into();
        s.registry.attempts = 1;
    };
    let server = &server;
    on_both_with::<Identity, _>(change, |t| async move {
        let w = World::new(&t);
        let made = w.company("narumi1", "01000001234", BRN).await;
        assert_eq!(made.verification(), pb::RegistryVerification::Pending);

        server.reset().await;
        let verified = serde_json::json!({"data": [{"valid": "01", "status": {"b_stt_cd": "01"}}]});
        Mock::given(path("/validate"))
            .respond_with(ResponseTemplate::new(200).set_body_json(verified))
            .mount(server)
            .await;
        t.clock.advance(chrono::Duration::minutes(2));
        let told = t.told::<pb::CompanyChanged>(2).await;
        assert_eq!((told[1].version, told[1].verification()), (2, pb::RegistryVerification::Verified));
        server.reset().await;
        Mock::given(path("/validate")).respond_with(ResponseTemplate::new(503)).mount(server).await;
    })
    .await;
}

// ID-7
#[tokio::test(flavor = "multi_thread")]
async fn optional_consents_come_and_go() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap();
        let me = w.sign_in("leedure1", "", 0).await;
        let mut client = contract::identity::v1::consent_service_client::ConsentServiceClient::new(t.channel(&me));
        let marketing = |agreed| pb::GiveConsentsRequest {
            request_id: id(),
            consents: vec![pb::Consent { key: "marketing".into(), version: 1, agreed }],
        };
        let given = client.give_consents(marketing(true)).await.unwrap().into_inner().consents;
        assert_eq!((given.len(), given.iter().all(|c| c.agreed)), (4, true));
        let given = client.give_consents(marketing(false)).await.unwrap().into_inner().consents;
        assert_eq!(given.iter().filter(|c| c.agreed).count(), 3);
        let mut terms = consents();
        terms[2].agreed = false;
        let refused =
            client.give_consents(pb::GiveConsentsRequest { request_id: id(), consents: terms }).await.unwrap_err();
        assert_eq!(fields(&refused), ["consents"]);
    })
    .await;
}
