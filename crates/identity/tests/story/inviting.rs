//! Inviting administrators, both ways, and the links that do not work.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use contract::{identity::v1 as pb, membership::v1::SiteOpened};
use ed25519_dalek::{Signer as _, SigningKey};
use identity::Identity;
use pb::invite_administrator_request::To;
use testkit::{Trial, callers, on_both};
use uuid::Uuid;

use crate::people::{BRN, World, id, reason};

const OTHER_BRN: &str = "1098765432";

pub fn by_sms(name: &str, phone: &str) -> pb::InviteAdministratorRequest {
    pb::InviteAdministratorRequest {
        request_id: id(),
        name: name.into(),
        department: "총무팀".into(),
        position: "대리".into(),
        to: Some(To::Phone(phone.into())),
    }
}

pub async fn joins(w: &World<'_>, token: &str, login_id: &str, phone: &str) -> pb::AcceptVoucherInvitationRequest {
    pb::AcceptVoucherInvitationRequest {
        request_id: id(),
        token: token.into(),
        company_name: "주식회사 나루선물".into(),
        brn: BRN.into(),
        contact: Some(w.contact(login_id, phone).await),
    }
}

// ID-13, ID-15, ID-16, ID-25, S31, S32
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_joins_by_sms_and_the_link_works_once() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.voucher_company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "01000001234", 2).await;
        let mut invitations = w.invitations(&boss);
        let phone = "01000002222";
        let sent = invitations.invite_administrator(by_sms("이두레", phone)).await.unwrap().into_inner();
        assert_eq!(sent.state(), pb::InvitationState::Pending);
        let token = w.invitation(phone, "invitation-sms", 1).await;
        assert!(BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap().len() * 8 >= 128, "S31: it cannot be guessed");
        let stored = t.everything_stored().await;
        assert!(!stored.contains(&token), "S31: only its hash is kept");
        let mut anyone = w.invitations(&callers::anyone());
        let look = anyone.get_invitation(pb::GetInvitationRequest { token: token.clone() }).await.unwrap().into_inner();
        assert!(look.voucher && look.company_name == "주식회사 나루선물");

        let form = joins(&w, &token, "leedure1", phone).await;
        let other =
            pb::AcceptVoucherInvitationRequest {
                request_id: id(), company_name: "다른 회사".into(), ..form.clone()
            };
        let refused = anyone.accept_voucher_invitation(other).await.unwrap_err();
        assert_eq!(reason(&refused), "INVITATION_COMPANY_DIFFERS");
        let stranger = joins(&w, &token, "leedure9", "01000009999").await;
        let refused = anyone.accept_voucher_invitation(stranger).await.unwrap_err();
        assert_eq!(reason(&refused), "INVITATION_FOR_ANOTHER", "S33");

        let joined = anyone.accept_voucher_invitation(form.clone()).await.unwrap().into_inner();
        assert_eq!((joined.role(), joined.kind()), (pb::Role::Admin, pb::AccountKind::Individual));
        assert!(joined.permissions.contains(&"voucher.send".to_owned()));
        assert!(!joined.permissions.contains(&"audit.read".to_owned()));
        t.told::<pb::InvitationAccepted>(1).await;
        let again = pb::AcceptVoucherInvitationRequest { request_id: id(), ..form };
        assert_eq!(reason(&anyone.accept_voucher_invitation(again).await.unwrap_err()), "INVITATION_INVALID", "used");

        let admin = w.sign_in("leedure1", phone, 2).await;
        let refused =
            w.accounts(&admin).list_administrators(pb::ListAdministratorsRequest::default()).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_ALLOWED");
        invitations.invite_administrator(by_sms("박나루", "01000003333")).await.unwrap();
        let list = |size, token: &str| pb::ListAdministratorsRequest { page_size: size, page_token: token.into() };
        let first = w.accounts(&boss).list_administrators(list(2, "")).await.unwrap().into_inner();
        let states: Vec<_> = first.administrators.iter().map(pb::Administrator::state).collect();
        assert_eq!(states, [pb::AccountState::Invited, pb::AccountState::Active]);
        assert_eq!(first.administrators[1].phone_masked, "0100****222");
        let second = w.accounts(&boss).list_administrators(list(2, &first.next_page_token)).await.unwrap().into_inner();
        assert_eq!(second.administrators[0].role(), pb::Role::SuperAdmin);
        assert!(second.next_page_token.is_empty());
    })
    .await;
}

// ID-13, S24, S32
#[tokio::test(flavor = "multi_thread")]
async fn late_replaced_revoked_and_foreign_links_lead_nowhere() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.company("narumi1", "01000001234", BRN).await;
        w.company("hansol1", "01000001235", OTHER_BRN).await;
        let boss = w.sign_in("narumi1", "", 0).await;
        let other = w.sign_in("hansol1", "", 0).await;
        let (mut invitations, mut anyone) = (w.invitations(&boss), w.invitations(&callers::anyone()));
        let phone = "01000002222";
        let look = |token: &str| pb::GetInvitationRequest { token: token.into() };

        invitations.invite_administrator(by_sms("이두레", phone)).await.unwrap();
        let replaced = w.invitation(phone, "invitation-sms", 1).await;
        let sent = invitations.invite_administrator(by_sms("이두레", phone)).await.unwrap().into_inner();
        assert_eq!(reason(&anyone.get_invitation(look(&replaced)).await.unwrap_err()), "INVITATION_INVALID");

        let resend = || pb::ResendInvitationRequest { request_id: id(), invitation_id: sent.invitation_id.clone() };
        let refused = w.invitations(&other).resend_invitation(resend()).await.unwrap_err();
        assert_eq!(reason(&refused), "INVITATION_NOT_FOUND", "another company's");
        t.clock.advance(Duration::days(7));
        let late = w.invitation(phone, "invitation-sms", 2).await;
        assert!(anyone.get_invitation(look(&late)).await.is_err(), "late");
        for _ in 0..5 {
            invitations.resend_invitation(resend()).await.unwrap();
        }
        assert_eq!(reason(&invitations.resend_invitation(resend()).await.unwrap_err()), "ASKED_TOO_OFTEN");
        let newest = w.invitation(phone, "invitation-sms", 7).await;
        assert!(anyone.get_invitation(look(&newest)).await.is_ok());
        assert!(anyone.get_invitation(look(&late)).await.is_err(), "only the newest link works");

        let revoke = pb::RevokeInvitationRequest { request_id: id(), invitation_id: sent.invitation_id.clone() };
        let revoked = invitations.revoke_invitation(revoke).await.unwrap().into_inner();
        assert_eq!(revoked.state(), pb::InvitationState::Revoked);
        assert!(anyone.get_invitation(look(&newest)).await.is_err());
        assert_eq!(reason(&invitations.resend_invitation(resend()).await.unwrap_err()), "INVITATION_NOT_PENDING");
    })
    .await;
}

// ID-13, S32
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_have_one_winner() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        w.voucher_company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "01000001234", 2).await;
        let phone = "01000002222";
        w.invitations(&boss).invite_administrator(by_sms("이두레", phone)).await.unwrap();
        let token = w.invitation(phone, "invitation-sms", 1).await;
        let first = joins(&w, &token, "leedure1", phone).await;
        let mut second = first.clone();
        second.request_id = id();
        let contact = second.contact.as_mut().unwrap();
        contact.login_id = "leedure2".into();
        contact.verification_token = w.verified(phone, 2).await;
        let (mut one, mut two) = (w.invitations(&callers::anyone()), w.invitations(&callers::anyone()));
        let (one, two) = tokio::join!(one.accept_voucher_invitation(first), two.accept_voucher_invitation(second));
        let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).map(|s| reason(&s)).collect();
        assert_eq!(refused, ["INVITATION_INVALID"]);
    })
    .await;
}

fn assertion(t: &Trial, site: &str, account: &str, key: &SigningKey) -> String {
    let now = t.clock.now().timestamp();
    let claims = serde_json::json!({
        "iss": site, "sub": account, "aud": "dure", "iat": now, "exp": now + 120, "jti": Uuid::new_v4().to_string(),
    });
    let part = |v: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(v.to_string());
    let signed = format!("{}.{}", part(&serde_json::json!({"alg": "EdDSA"})), part(&claims));
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes()))
}

// ID-13, ID-14, ID-22
#[tokio::test(flavor = "multi_thread")]
async fn a_linked_individual_accepts_by_mail() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.company("narumi1", "01000001234", BRN).await;
        let boss = w.sign_in("narumi1", "", 0).await;
        let site = words::SiteId::from(Uuid::now_v7()).to_string();
        let key = SigningKey::from_bytes(&[5; 32]);
        let register = || pb::RegisterProductKeyRequest {
            request_id: id(),
            site_id: site.clone(),
            public_key: BASE64_URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes()),
        };
        let refused = w.links(&boss).register_product_key(register()).await.unwrap_err();
        assert_eq!(reason(&refused), "SITE_NOT_FOUND");
        let opened =
            SiteOpened { site_id: site.clone(), company_id: company.company_id.clone(), address: "naru".into() };
        t.hear(&site, opened).await;
        w.links(&boss).register_product_key(register()).await.unwrap();
        let stranger = callers::super_admin(callers::company());
        assert_eq!(reason(&w.links(&stranger).register_product_key(register()).await.unwrap_err()), "SITE_NOT_FOUND");

        let form = w.individual_form("leedure1", "01000002222").await;
        w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap();
        let me = w.sign_in("leedure1", "", 0).await;
        let mail = |to: &str| pb::InviteAdministratorRequest {
            request_id: id(),
            name: "이두레".into(),
            to: Some(To::Email(to.into())),
            ..Default::default()
        };
        w.invitations(&boss).invite_administrator(mail("leedure1@example.com")).await.unwrap();
        w.invitations(&boss).invite_administrator(mail("other@example.com")).await.unwrap();
        let token = w.invitation("leedure1@example.com", "invitation", 1).await;
        let accept = |token: &str| pb::AcceptInvitationRequest { request_id: id(), token: token.into() };
        let mut mine = w.invitations(&me);
        assert_eq!(reason(&mine.accept_invitation(accept(&token)).await.unwrap_err()), "PRODUCT_LINK_REQUIRED");
        let anothers = w.invitation("other@example.com", "invitation", 1).await;
        assert_eq!(reason(&mine.accept_invitation(accept(&anothers)).await.unwrap_err()), "INVITATION_FOR_ANOTHER");

        let link = |assertion: String| pb::LinkProductAccountRequest { request_id: id(), assertion };
        let corporate = w.links(&boss).link_product_account(link(assertion(&t, &site, "u-1", &key))).await.unwrap_err();
        assert_eq!(reason(&corporate), "CORPORATE_ACCOUNT_CANNOT_LINK");
        let forged = assertion(&t, &site, "u-1", &SigningKey::from_bytes(&[6; 32]));
        assert_eq!(reason(&w.links(&me).link_product_account(link(forged)).await.unwrap_err()), "ASSERTION_INVALID");
        let good = assertion(&t, &site, "u-1", &key);
        w.links(&me).link_product_account(link(good.clone())).await.unwrap();
        assert_eq!(
            reason(&w.links(&me).link_product_account(link(good)).await.unwrap_err()),
            "ASSERTION_INVALID",
            "once"
        );

        assert_eq!(
            reason(&w.invitations(&boss).accept_invitation(accept(&token)).await.unwrap_err()),
            "CORPORATE_ACCOUNT_CANNOT_ACCEPT"
        );
        let accepted = mine.accept_invitation(accept(&token)).await.unwrap().into_inner();
        assert_eq!((accepted.role(), accepted.company_id), (pb::Role::Admin, company.company_id));

        let sign_in = |assertion: String| pb::SignInWithProductRequest { request_id: id(), assertion };
        let mut sessions = w.sessions(&callers::anyone());
        let tokens =
            sessions.sign_in_with_product(sign_in(assertion(&t, &site, "u-1", &key))).await.unwrap().into_inner();
        w.caller(&tokens).admin_with("order.place").unwrap();
        let refused = sessions.sign_in_with_product(sign_in(assertion(&t, &site, "u-2", &key))).await.unwrap_err();
        assert_eq!(reason(&refused), "PRODUCT_ACCOUNT_NOT_LINKED");

        // Another company's site links the same person; its key must not open this company.
        let (elsewhere, its_key) = (words::SiteId::from(Uuid::now_v7()).to_string(), SigningKey::from_bytes(&[8; 32]));
        let its_owner = callers::company();
        let opened =
            SiteOpened { site_id: elsewhere.clone(), company_id: its_owner.to_string(), address: "other".into() };
        t.hear(&elsewhere, opened).await;
        let register = pb::RegisterProductKeyRequest {
            request_id: id(),
            site_id: elsewhere.clone(),
            public_key: BASE64_URL_SAFE_NO_PAD.encode(its_key.verifying_key().as_bytes()),
        };
        w.links(&callers::super_admin(its_owner)).register_product_key(register).await.unwrap();
        let theirs = || assertion(&t, &elsewhere, "u-9", &its_key);
        w.links(&w.caller(&tokens)).link_product_account(link(theirs())).await.unwrap();
        let refused = sessions.sign_in_with_product(sign_in(theirs())).await.unwrap_err();
        assert_eq!(reason(&refused), "PRODUCT_OF_ANOTHER_COMPANY");
    })
    .await;
}
