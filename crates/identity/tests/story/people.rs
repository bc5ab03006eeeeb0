//! Made-up people, and what they do over and over.

use boot::token::{ACCESS, Claims};
use contract::{
    ask,
    google::r#type::Date,
    identity::v1::{
        self as pb, account_service_client::AccountServiceClient, audit_service_client::AuditServiceClient,
        company_service_client::CompanyServiceClient, document_service_client::DocumentServiceClient,
        invitation_service_client::InvitationServiceClient, product_link_service_client::ProductLinkServiceClient,
        session_service_client::SessionServiceClient, verification_service_client::VerificationServiceClient,
    },
    notification::v1::{MessageContent, MessagesRequested, message_content::To},
};
use flow::Caller;
use testkit::{Bearer, Trial, callers};
use tonic::{Status, service::interceptor::InterceptedService, transport::Channel};
use tonic_types::StatusExt as _;
use uuid::Uuid;

pub type Wire = InterceptedService<Channel, Bearer>;

pub const PASSWORD: &str = "Gift-Box-Blue-71";
pub const BRN: &str = "1234567891";

/// A fresh request id.
pub fn id() -> String {
    Uuid::new_v4().to_string()
}

/// Why, in one word.
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|i| i.reason).unwrap_or_else(|| format!("no reason: {status:?}"))
}

/// Which fields.
pub fn fields(status: &Status) -> Vec<String> {
    let bad = status.get_details_bad_request().map(|b| b.field_violations).unwrap_or_default();
    bad.into_iter().map(|v| v.field).collect()
}

pub fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

pub fn consents() -> Vec<pb::Consent> {
    ["privacy", "age-14", "terms"].map(|key| pb::Consent { key: key.into(), version: 1, agreed: true }).to_vec()
}

/// A service under test, and who asks it.
pub struct World<'a> {
    pub t: &'a Trial,
}

macro_rules! clients {
    ($($name:ident: $client:ident),+) => {
        impl World<'_> {
            $(pub fn $name(&self, caller: &Caller) -> $client<Wire> { $client::new(self.t.channel(caller)) })+
        }
    };
}
clients!(
    accounts: AccountServiceClient, audit: AuditServiceClient, companies: CompanyServiceClient,
    documents: DocumentServiceClient, invitations: InvitationServiceClient, links: ProductLinkServiceClient,
    sessions: SessionServiceClient, verifications: VerificationServiceClient
);

impl<'a> World<'a> {
    pub fn new(t: &'a Trial) -> Self {
        Self { t }
    }

    /// Every message so far of this template to this phone or address, oldest first.
    pub async fn mail(&self, to: &str, template: &str, least: usize) -> Vec<MessageContent> {
        self.t
            .until(&format!("{template} to {to}"), || async {
                let told = self.t.bus.told::<MessagesRequested>().await;
                let sealer = self.t.running.flow.sealer();
                let found: Vec<_> = told
                    .into_iter()
                    .flat_map(|m| m.messages)
                    .filter(|m| m.template == template)
                    .map(|m| ask::open(sealer, &m.sealed).expect("sealed by us"))
                    .filter(|c| matches!(&c.to, Some(To::Email(a) | To::Phone(a)) if a == to))
                    .collect();
                (found.len() >= least).then_some(found)
            })
            .await
    }

    /// The `nth` code that went to this phone.
    pub async fn code(&self, phone: &str, nth: usize) -> String {
        self.mail(phone, "one-time-code", nth).await[nth - 1].variables["code"].clone()
    }

    /// The token of the `nth` invitation that went there.
    pub async fn invitation(&self, to: &str, template: &str, nth: usize) -> String {
        let link = self.mail(to, template, nth).await[nth - 1].variables["link"].clone();
        let (page, token) = link.split_once('#').expect("S31: no browser sends on what follows a #");
        assert!(page.ends_with("/invitations") && !page.contains(token));
        token.to_owned()
    }

    pub fn asks(&self, phone: &str) -> pb::RequestCodeRequest {
        pb::RequestCodeRequest {
            request_id: id(),
            purpose: pb::VerificationPurpose::SignUp.into(),
            phone: phone.into(),
            carrier: pb::Carrier::Skt.into(),
            name: "이두레".into(),
            birth_date: date(1990, 5, 17),
            sex: pb::Sex::Female.into(),
            ..Default::default()
        }
    }

    /// A verification token for whoever has this phone, whose `nth` code this is.
    pub async fn verified(&self, phone: &str, nth: usize) -> String {
        let mut client = self.verifications(&callers::anyone());
        let asked = client.request_code(self.asks(phone)).await.unwrap().into_inner();
        let code = self.code(phone, nth).await;
        let given = pb::ConfirmCodeRequest { request_id: id(), verification_id: asked.verification_id, code };
        client.confirm_code(given).await.unwrap().into_inner().verification_token
    }

    pub async fn individual_form(&self, login_id: &str, phone: &str) -> pb::SignUpIndividualRequest {
        pb::SignUpIndividualRequest {
            request_id: id(),
            login_id: login_id.into(),
            password: PASSWORD.into(),
            verification_token: self.verified(phone, 1).await,
            email: format!("{login_id}@example.com"),
            consents: consents(),
            product_assertion: String::new(),
        }
    }

    pub async fn contact(&self, login_id: &str, phone: &str) -> pb::ContactForm {
        pb::ContactForm {
            login_id: login_id.into(),
            password: PASSWORD.into(),
            verification_token: self.verified(phone, 1).await,
            email: format!("{login_id}@example.com"),
            department: "총무팀".into(),
            position: "과장".into(),
            consents: consents(),
        }
    }

    pub fn company_form(&self, brn: &str) -> pb::CompanyForm {
        pb::CompanyForm {
            legal_name: "주식회사 나루선물".into(),
            brn: brn.into(),
            representative: "나루미".into(),
            opened_on: date(2015, 3, 2),
            address: String::new(),
        }
    }

    /// A company by the portal form.
    pub async fn company(&self, login_id: &str, phone: &str, brn: &str) -> pb::Company {
        let form = pb::SignUpCompanyRequest {
            request_id: id(),
            company: Some(self.company_form(brn)),
            contact: Some(self.contact(login_id, phone).await),
        };
        self.companies(&callers::anyone()).sign_up_company(form).await.unwrap().into_inner()
    }

    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Result<pb::Document, Status> {
        use pb::upload_document_request::Part;
        let head = pb::UploadDocumentHead { request_id: id(), file_name: name.into() };
        let parts = std::iter::once(Part::Head(head)).chain(bytes.chunks(64 * 1024).map(|c| Part::Chunk(c.to_vec())));
        let stream: Vec<_> = parts.map(|p| pb::UploadDocumentRequest { part: Some(p) }).collect();
        self.documents(&callers::anyone()).upload_document(futures::stream::iter(stream)).await.map(|r| r.into_inner())
    }

    /// The voucher form, with three documents handed in.
    pub async fn voucher_form(&self, login_id: &str, phone: &str, brn: &str) -> pb::SignUpVoucherCompanyRequest {
        let mut documents = Vec::new();
        for name in ["certificate.pdf", "bankbook.pdf", "heads.pdf"] {
            documents.push(self.upload(name, format!("%PDF-1.7\n{name}").as_bytes()).await.unwrap().document_id);
        }
        let mut documents = documents.into_iter();
        let mut document = || documents.next().expect("three");
        pb::SignUpVoucherCompanyRequest {
            request_id: id(),
            company: Some(self.company_form(brn)),
            contact: Some(self.contact(login_id, phone).await),
            main_phone: "02-0000-0000".into(),
            account: Some(pb::RefundAccount {
                bank: "가상은행".into(),
                number: "100-000-0000001".into(),
                holder: "주식회사 나루선물".into(),
            }),
            certificate_document_id: document(),
            bankbook_document_id: document(),
            head_count_document_id: document(),
            head_count_issued_on: date(2026, 11, 10),
        }
    }

    /// A voucher company, approved.
    pub async fn voucher_company(&self, login_id: &str, phone: &str, brn: &str) -> pb::Company {
        let form = self.voucher_form(login_id, phone, brn).await;
        let made = self.companies(&callers::anyone()).sign_up_voucher_company(form).await.unwrap().into_inner();
        let approve = pb::ApproveCompanyRequest { request_id: id(), company_id: made.company_id, head_count: 42 };
        self.companies(&callers::operator(&["reviewer"])).approve_company(approve).await.unwrap().into_inner()
    }

    pub async fn login(&self, login_id: &str, password: &str) -> Result<pb::LoginReply, Status> {
        let asked = pb::LoginRequest { request_id: id(), login_id: login_id.into(), password: password.into() };
        self.sessions(&callers::anyone()).login(asked).await.map(|r| r.into_inner())
    }

    /// Who these tokens speak for.
    pub fn caller(&self, tokens: &pb::LoginReply) -> Caller {
        let keys = boot::token::KeySet::new([self.t.signer().public()]).unwrap();
        let claims: Claims = keys.verify(&tokens.access_token, ACCESS, self.t.clock.now()).expect("a valid token");
        Caller { who: claims.caller().unwrap(), address: None }
    }

    /// Signs in, with the phone's `nth` code if one is asked for.
    pub async fn sign_in(&self, login_id: &str, phone: &str, nth: usize) -> Caller {
        let mut reply = self.login(login_id, PASSWORD).await.unwrap();
        if reply.code_required {
            let code = self.code(phone, nth).await;
            let given = pb::ConfirmLoginRequest { request_id: id(), login_challenge: reply.login_challenge, code };
            reply = self.sessions(&callers::anyone()).confirm_login(given).await.unwrap().into_inner();
        }
        self.caller(&reply)
    }

    pub async fn me(&self, caller: &Caller) -> pb::WhoAmIReply {
        self.accounts(caller).who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner()
    }
}
