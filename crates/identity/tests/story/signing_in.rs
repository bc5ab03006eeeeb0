//! Passwords and codes: what is told, and what is not.

use contract::identity::v1 as pb;
use identity::Identity;
use testkit::{callers, on_both};

use crate::people::{PASSWORD, World, fields, id, reason};

// ID-20, S06, S07
#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_known_and_unknown_alike() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap();
        for login_id in ["leedure1", "nobody99"] {
            let at_once = (0..8).map(|_| w.login(login_id, "Wrong-Wrong-1"));
            let mut reasons: Vec<_> =
                futures::future::join_all(at_once).await.into_iter().map(|r| reason(&r.unwrap_err())).collect();
            reasons.sort();
            assert_eq!(reasons.iter().filter(|r| *r == "LOGIN_WRONG").count(), 5, "{login_id}: {reasons:?}");
            assert_eq!(reasons.iter().filter(|r| *r == "ACCOUNT_LOCKED").count(), 3, "{login_id}");
        }
        assert_eq!(reason(&w.login("leedure1", PASSWORD).await.unwrap_err()), "ACCOUNT_LOCKED", "even the right one");
    })
    .await;
}

// ID-20, S10
#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_password_opens_a_locked_account() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        let mut accounts = w.accounts(&callers::anyone());
        accounts.sign_up_individual(form).await.unwrap();
        for _ in 0..5 {
            w.login("leedure1", "Wrong-Wrong-1").await.unwrap_err();
        }
        let ask = |login_id: &str, email: &str| pb::SendTemporaryPasswordRequest {
            request_id: id(),
            login_id: login_id.into(),
            email: email.into(),
        };
        accounts.send_temporary_password(ask("leedure1", "other@example.com")).await.unwrap();
        accounts.send_temporary_password(ask("nobody99", "leedure1@example.com")).await.unwrap();
        assert_eq!(reason(&w.login("leedure1", PASSWORD).await.unwrap_err()), "ACCOUNT_LOCKED", "nothing was sent");

        accounts.send_temporary_password(ask("leedure1", "leedure1@example.com")).await.unwrap();
        let mails = w.mail("leedure1@example.com", "temporary-password", 1).await;
        assert_eq!(mails.len(), 1);
        let temporary = mails[0].variables["password"].clone();
        let reply = w.login("leedure1", &temporary).await.unwrap();
        assert!(reply.password_change_required && reply.access_token.is_empty());

        let change = |new: &str| pb::ChangePasswordRequest {
            request_id: id(),
            login_id: "leedure1".into(),
            current_password: temporary.clone(),
            new_password: new.into(),
        };
        let refused = accounts.change_password(change(&temporary)).await.unwrap_err();
        assert_eq!(fields(&refused), ["new_password"], "not the same again");
        accounts.change_password(change("Another-Box-82")).await.unwrap();
        assert!(!w.login("leedure1", "Another-Box-82").await.unwrap().access_token.is_empty());
    })
    .await;
}

// ID-5, ID-20, I4
#[tokio::test(flavor = "multi_thread")]
async fn changing_a_password_again_by_the_same_request_answers_the_same_and_costs_no_try() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap();
        let change = pb::ChangePasswordRequest {
            request_id: id(),
            login_id: "leedure1".into(),
            current_password: PASSWORD.into(),
            new_password: "Another-Box-82".into(),
        };
        let at_once = (0..8).map(|_| {
            let (mut accounts, change) = (w.accounts(&callers::anyone()), change.clone());
            async move { accounts.change_password(change).await }
        });
        for answer in futures::future::join_all(at_once).await {
            answer.unwrap();
        }
        w.accounts(&callers::anyone()).change_password(change.clone()).await.unwrap();
        let other = pb::ChangePasswordRequest { request_id: id(), ..change };
        let no = w.accounts(&callers::anyone()).change_password(other).await.unwrap_err();
        assert_eq!(reason(&no), "LOGIN_WRONG", "another request is another try");
        assert!(!w.login("leedure1", "Another-Box-82").await.unwrap().access_token.is_empty());
    })
    .await;
}

// S17
#[tokio::test(flavor = "multi_thread")]
async fn a_login_by_the_old_password_does_not_outlive_its_change() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let form = w.individual_form("leedure1", "01000001234").await;
        w.accounts(&callers::anyone()).sign_up_individual(form).await.unwrap();
        let mut current = PASSWORD.to_owned();
        for round in 0..4 {
            let new = format!("Another-Box-8{round}");
            let change = pb::ChangePasswordRequest {
                request_id: id(),
                login_id: "leedure1".into(),
                current_password: current.clone(),
                new_password: new.clone(),
            };
            let mut accounts = w.accounts(&callers::anyone());
            let logins = futures::future::join_all((0..3).map(|_| w.login("leedure1", &current)));
            let (changed, logins) = futures::join!(accounts.change_password(change), logins);
            changed.unwrap();
            for tokens in logins.into_iter().flatten() {
                let request = pb::RefreshSessionRequest { request_id: id(), refresh_token: tokens.refresh_token };
                let no = w.sessions(&callers::anyone()).refresh_session(request).await.unwrap_err();
                assert_eq!(reason(&no), "SESSION_ENDED");
            }
            current = new;
        }
    })
    .await;
}

// ID-19, S13
#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_login_needs_its_own_code() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let phone = "01000001234";
        w.voucher_company("narumi1", phone, crate::people::BRN).await;
        let reply = w.login("narumi1", PASSWORD).await.unwrap();
        assert!(reply.code_required && reply.phone_masked == "0100****234");
        let code = w.code(phone, 2).await;
        let mut sessions = w.sessions(&callers::anyone());
        let give = |challenge: &str, code: &str| pb::ConfirmLoginRequest {
            request_id: id(),
            login_challenge: challenge.into(),
            code: code.into(),
        };
        let refused = sessions.confirm_login(give("somebody else's", &code)).await.unwrap_err();
        assert_eq!(reason(&refused), "CODE_WRONG_OR_EXPIRED");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert!(sessions.confirm_login(give(&reply.login_challenge, wrong)).await.is_err());
        let tokens = sessions.confirm_login(give(&reply.login_challenge, &code)).await.unwrap().into_inner();
        assert!(!tokens.access_token.is_empty() && tokens.consents_due.is_empty());
        let again = sessions.confirm_login(give(&reply.login_challenge, &code)).await.unwrap_err();
        assert_eq!(reason(&again), "CODE_WRONG_OR_EXPIRED", "used");
    })
    .await;
}

// ID-6: the token of a send names account, company and content, and nobody's data.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_is_approved_by_the_registered_phone() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let phone = "01000001234";
        let company = w.voucher_company("narumi1", phone, crate::people::BRN).await;
        let boss = w.sign_in("narumi1", phone, 2).await;
        let hash = "ab".repeat(32);
        let ask = pb::RequestCodeRequest {
            request_id: id(),
            purpose: pb::VerificationPurpose::VoucherSend.into(),
            content_hash: hash.clone(),
            phone: "01000009999".into(),
            ..Default::default()
        };
        let refused = w.verifications(&callers::anyone()).request_code(ask.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "SIGN_IN_REQUIRED");
        let asked = w.verifications(&boss).request_code(ask).await.unwrap().into_inner();
        assert_eq!(asked.phone_masked, "0100****234");
        let given = pb::ConfirmCodeRequest {
            request_id: id(),
            verification_id: asked.verification_id,
            code: w.code(phone, 3).await,
        };
        let refused = w.verifications(&callers::anyone()).confirm_code(given.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "VERIFICATION_INVALID", "not its asker");
        let token = w.verifications(&boss).confirm_code(given).await.unwrap().into_inner().verification_token;
        let keys = boot::token::KeySet::new([t.signer().public()]).unwrap();
        let verified: boot::token::Verified = keys.verify(&token, boot::token::VERIFICATION, t.clock.now()).unwrap();
        assert_eq!((verified.purpose.as_str(), verified.content_hash), ("voucher_send", hash));
        assert_eq!(verified.company.unwrap().to_string(), company.company_id);
        assert_eq!(verified.account, Some(boss.account().unwrap().id));
    })
    .await;
}

// ID-28, ID-30
#[tokio::test(flavor = "multi_thread")]
async fn operators_and_programs_sign_in() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let tokens = w.login("operator1", "Dure-Operator-2026").await.unwrap();
        let operator = w.caller(&tokens);
        operator.operator_of("reviewer").unwrap();
        assert_eq!(w.me(&operator).await.operator_roles, ["billing", "reviewer", "support"]);

        let mut operators =
            contract::identity::v1::operator_service_client::OperatorServiceClient::new(t.channel(&operator));
        let new = pb::CreateOperatorRequest {
            request_id: id(),
            login_id: "operator2".into(),
            password: PASSWORD.into(),
            name: "박운영".into(),
            email: "two@example.com".into(),
            phone: "01000004321".into(),
            roles: vec!["support".into()],
        };
        operators.create_operator(new.clone()).await.unwrap();
        assert!(w.login("operator2", PASSWORD).await.unwrap().password_change_required);
        let support = callers::operator(&["support"]);
        let mut operators =
            contract::identity::v1::operator_service_client::OperatorServiceClient::new(t.channel(&support));
        let above = pb::CreateOperatorRequest {
            request_id: id(),
            login_id: "operator3".into(),
            roles: vec!["billing".into()],
            ..new
        };
        assert_eq!(reason(&operators.create_operator(above).await.unwrap_err()), "ROLE_NOT_YOURS");

        let anyone = callers::anyone();
        let mut clients =
            contract::identity::v1::service_client_service_client::ServiceClientServiceClient::new(t.channel(&anyone));
        let ask = |secret: &str, scopes: &[&str]| pb::IssueServiceTokenRequest {
            request_id: id(),
            client_id: "product".into(),
            client_secret: secret.into(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        };
        let issued =
            clients.issue_service_token(ask("product-development-secret", &["membership.check"])).await.unwrap();
        assert_eq!(issued.into_inner().scopes, ["membership.check"]);
        assert_eq!(reason(&clients.issue_service_token(ask("wrong", &[])).await.unwrap_err()), "CLIENT_WRONG");
        let refused =
            clients.issue_service_token(ask("product-development-secret", &["everything"])).await.unwrap_err();
        assert_eq!(reason(&refused), "SCOPE_NOT_GRANTED");
    })
    .await;
}
