//! The sample of the embedded mode (OP-1): a made-up company whose super admin can sign in at once. It is signed up as
//! anybody is, over gRPC, with the one-time code read from the mailbox; where it is there already, nothing happens.

use std::time::Duration;

use anyhow::Context as _;
use boot::{Service, settings::Sources};
use contract::{
    google::r#type::Date,
    identity::v1::{
        self as pb, account_service_client::AccountServiceClient, company_service_client::CompanyServiceClient,
        consent_service_client::ConsentServiceClient, verification_service_client::VerificationServiceClient,
    },
    notification::v1::{ListMailboxRequest, mailbox_service_client::MailboxServiceClient},
};
use serde::Deserialize;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;
use words::Secret;

/// The sample company.
pub const COMPANY: &str = "주식회사 두레견본";
/// Its super admin.
pub const LOGIN_ID: &str = "sample01";
/// Everybody knows it: embedded mode only.
pub const PASSWORD: &str = "Dure-Sample-2026";

/// A made-up business number with a right check digit.
const BRN: &str = "1234567891";
/// Of the unassigned block.
const PHONE: &str = "01000000101";
const EMAIL: &str = "sample01@dure.example";
/// How long the code may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a newcomer can sign in with, beside the sample company's super admin.
pub struct Sample {
    /// The first operator's login id and password, as set.
    pub operator: (String, String),
}

/// Of identity's settings, what is told to a newcomer.
#[derive(Deserialize)]
struct Identity {
    bootstrap: Bootstrap,
}

#[derive(Deserialize)]
struct Bootstrap {
    operator_login_id: String,
    operator_password: Secret<String>,
}

/// Makes the sample company, once.
pub async fn load(identity: &str, notification: &str) -> anyhow::Result<Sample> {
    let Bootstrap { operator_login_id, operator_password } =
        Sources::load(identity::Identity::DEFAULTS)?.get::<Identity>("identity")?.bootstrap;
    let sample = Sample { operator: (operator_login_id, operator_password.expose().clone()) };
    let identity = Endpoint::from_shared(identity.to_owned())?.connect().await?;
    let asked = pb::CheckLoginIdRequest { login_id: LOGIN_ID.to_owned() };
    if AccountServiceClient::new(identity.clone()).check_login_id(asked).await?.into_inner().free {
        let notification = Endpoint::from_shared(notification.to_owned())?.connect().await?;
        sign_up(identity, notification).await.context("the sample company")?;
    }
    Ok(sample)
}

async fn sign_up(identity: Channel, notification: Channel) -> anyhow::Result<()> {
    let mut consents = ConsentServiceClient::new(identity.clone());
    let documents = consents.list_consent_documents(pb::ListConsentDocumentsRequest {}).await?.into_inner().documents;
    let consents = documents.into_iter().map(|d| pb::Consent { key: d.key, version: d.version, agreed: d.required });
    let company = pb::CompanyForm {
        legal_name: COMPANY.to_owned(),
        brn: BRN.to_owned(),
        representative: "견본이".to_owned(),
        opened_on: Some(Date { year: 2015, month: 3, day: 2 }),
        address: "서울특별시 가상구 견본로 1".to_owned(),
    };
    let contact = pb::ContactForm {
        login_id: LOGIN_ID.to_owned(),
        password: PASSWORD.to_owned(),
        verification_token: verified(identity.clone(), notification).await?,
        email: EMAIL.to_owned(),
        department: "총무팀".to_owned(),
        position: "팀장".to_owned(),
        consents: consents.collect(),
    };
    let form = pb::SignUpCompanyRequest { request_id: request_id(), company: Some(company), contact: Some(contact) };
    CompanyServiceClient::new(identity).sign_up_company(form).await?;
    Ok(())
}

/// Proves who the contact is: the code is read from the mailbox.
async fn verified(identity: Channel, notification: Channel) -> anyhow::Result<String> {
    let mut verifications = VerificationServiceClient::new(identity);
    let asked = pb::RequestCodeRequest {
        request_id: request_id(),
        purpose: pb::VerificationPurpose::SignUp.into(),
        phone: PHONE.to_owned(),
        carrier: pb::Carrier::Skt.into(),
        name: "견본이".to_owned(),
        birth_date: Some(Date { year: 1985, month: 4, day: 12 }),
        sex: pb::Sex::Female.into(),
        foreigner: false,
        content_hash: String::new(),
    };
    let verification_id = verifications.request_code(asked).await?.into_inner().verification_id;
    let code = tokio::time::timeout(PATIENCE, code(notification)).await.context("no code arrived in the mailbox")??;
    let given = pb::ConfirmCodeRequest { request_id: request_id(), verification_id, code };
    Ok(verifications.confirm_code(given).await?.into_inner().verification_token)
}

async fn code(notification: Channel) -> anyhow::Result<String> {
    let mut mailbox = MailboxServiceClient::new(notification);
    loop {
        let asked = ListMailboxRequest { to: PHONE.to_owned(), page_size: 1, ..Default::default() };
        let newest = mailbox.list_mailbox(asked).await?.into_inner().messages.pop();
        if let Some(code) = newest.and_then(|message| message.variables.get("code").cloned()) {
            return Ok(code);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}
