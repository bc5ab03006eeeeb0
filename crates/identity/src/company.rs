//! Companies (ID-2): `under_review` → `prospect` → `customer` → `terminated`, or `rejected`; what the registry said (ID-4)
//! stands beside the state. Every change grows the version and is told whole.

pub mod approve;
pub mod become_customer;
mod form;
pub mod record_verification;
pub mod reject;
pub mod sign_up;
pub mod sign_up_voucher;
mod table;
pub mod update;
pub mod views;

use contract::identity::v1 as pb;
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{Brn, CompanyId, Day, Email, Phone};

pub use form::{CompanyForm, squeezed};

use crate::{
    document::DocumentId,
    outside::registry::{Answer, Said},
};

/// Not there for this caller.
pub const COMPANY_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "COMPANY_NOT_FOUND", "There is no such company.", "회사를 찾을 수 없습니다.");
/// ID-3.
pub const BRN_TAKEN: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "BRN_TAKEN",
    "A company has signed up with this business number. Ask its super admin for an invitation.",
    "이미 가입된 사업자등록번호입니다. 대표 관리자에게 초대를 요청하세요.",
);

/// ID-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for an operator.
    UnderReview,
    /// Owns nothing yet.
    Prospect,
    /// Has ordered or bought.
    Customer,
    /// An operator said no.
    Rejected,
    /// Nothing left.
    Terminated,
}

/// ID-4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// To be asked again.
    Pending,
    /// All agrees.
    Verified,
    /// Something does not.
    Mismatch,
    /// Out of business.
    Closed,
}

/// Who gets the tax invoices (ID-12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxContact {
    name: String,
    email: Email,
    phone: Phone,
}

/// Where refunds go (ID-12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAccount {
    bank: String,
    number: String,
    holder: String,
}

/// What a voucher company handed in (ID-9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Papers {
    certificate: DocumentId,
    bankbook: DocumentId,
    head_count: DocumentId,
    head_count_issued_on: Day,
}

/// A company.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Company {
    id: CompanyId,
    version: i64,
    legal_name: String,
    brn: Brn,
    representative: String,
    opened_on: Day,
    address: String,
    state: State,
    verification: Verification,
    source: String,
    voucher_member: bool,
    head_count: i64,
    rejection_reason: String,
    main_phone: String,
    tax: Option<TaxContact>,
    refund: Option<RefundAccount>,
    papers: Option<Papers>,
    created_at: Instant,
    /// The name, the representative or the address: what the registration certificate says (BI-21).
    registration_changed_on: Option<Day>,
}

/// Locked for this transaction.
pub async fn find(tx: &Tx, id: CompanyId) -> Result<Company, Stop> {
    table::lock(tx, id).await?.ok_or_else(|| COMPANY_NOT_FOUND.into())
}

/// As it stands, not locked: for questions that change nothing.
pub async fn look(tx: &Tx, id: CompanyId) -> Result<Company, Stop> {
    table::find(tx.conn(), id).await?.ok_or_else(|| COMPANY_NOT_FOUND.into())
}

impl Company {
    /// Signed up a moment ago.
    fn new(id: CompanyId, form: &CompanyForm, state: State, said: &Said, now: Instant) -> Self {
        let mut company = Self {
            id,
            version: 0,
            legal_name: form.legal_name.clone(),
            brn: form.brn.clone(),
            representative: form.representative.clone(),
            opened_on: form.opened_on,
            address: form.address.clone(),
            state,
            verification: Verification::Pending,
            source: String::new(),
            voucher_member: false,
            head_count: 0,
            rejection_reason: String::new(),
            main_phone: String::new(),
            tax: None,
            refund: None,
            papers: None,
            created_at: now,
            registration_changed_on: None,
        };
        company.hear(said);
        company
    }

    /// Which.
    pub fn id(&self) -> CompanyId {
        self.id
    }

    /// Its name.
    pub fn legal_name(&self) -> &str {
        &self.legal_name
    }

    /// Its number.
    pub fn brn(&self) -> &Brn {
        &self.brn
    }

    /// ID-2.
    pub fn state(&self) -> State {
        self.state
    }

    /// ID-19: every voucher company's logins need a code.
    pub fn wants_code(&self) -> bool {
        self.papers.is_some() || self.voucher_member
    }

    /// Takes what the registry said.
    fn hear(&mut self, said: &Said) {
        self.source = said.source.to_owned();
        self.verification = match said.answer {
            Answer::Verified => Verification::Verified,
            Answer::Mismatch => Verification::Mismatch,
            Answer::Closed => Verification::Closed,
            Answer::Unavailable => Verification::Pending,
        };
    }

    /// Saves a new one and tells it.
    async fn register(&mut self, tx: &mut Tx) -> Result<(), Stop> {
        self.version = 1;
        table::insert(tx, self).await?;
        tx.announce(self.id, self.version, self.told());
        Ok(())
    }

    /// Saves a change and tells it.
    async fn save(&mut self, tx: &mut Tx) -> Result<(), Stop> {
        self.version += 1;
        table::save(tx, self).await?;
        tx.announce(self.id, self.version, self.told());
        Ok(())
    }

    fn told(&self) -> pb::CompanyChanged {
        pb::CompanyChanged {
            company_id: self.id.to_string(),
            version: self.version,
            legal_name: self.legal_name.clone(),
            brn: self.brn.as_str().to_owned(),
            state: self.state.wire().into(),
            verification: self.verification.wire().into(),
            voucher_member: self.voucher_member,
            head_count: self.head_count,
            registered_on: contract::date(Day::of(self.created_at)),
            registration_changed_on: self.registration_changed_on.and_then(contract::date),
        }
    }

    /// For its admins and operators.
    pub fn render(self) -> pb::Company {
        pb::Company {
            company_id: self.id.to_string(),
            version: self.version,
            legal_name: self.legal_name,
            brn: self.brn.into(),
            representative: self.representative,
            opened_on: contract::date(self.opened_on),
            state: self.state.wire().into(),
            verification: self.verification.wire().into(),
            verification_source: self.source,
            voucher_member: self.voucher_member,
            head_count: self.head_count,
            rejection_reason: self.rejection_reason,
            address: self.address,
            main_phone: self.main_phone,
            tax_contact: self.tax.map(|t| pb::TaxContact {
                name: t.name,
                email: t.email.into(),
                phone: t.phone.into(),
            }),
            refund_account: self.refund.map(|r| pb::RefundAccount {
                bank: r.bank,
                number: words::mask::account_number(&r.number),
                holder: r.holder,
            }),
            create_time: contract::timestamp(self.created_at),
        }
    }
}

impl State {
    const ALL: [Self; 5] = [Self::UnderReview, Self::Prospect, Self::Customer, Self::Rejected, Self::Terminated];

    /// As rows and sentences name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnderReview => "under_review",
            Self::Prospect => "prospect",
            Self::Customer => "customer",
            Self::Rejected => "rejected",
            Self::Terminated => "terminated",
        }
    }

    fn wire(self) -> pb::CompanyState {
        match self {
            Self::UnderReview => pb::CompanyState::UnderReview,
            Self::Prospect => pb::CompanyState::Prospect,
            Self::Customer => pb::CompanyState::Customer,
            Self::Rejected => pb::CompanyState::Rejected,
            Self::Terminated => pb::CompanyState::Terminated,
        }
    }
}

impl Verification {
    const ALL: [Self; 4] = [Self::Pending, Self::Verified, Self::Mismatch, Self::Closed];

    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Mismatch => "mismatch",
            Self::Closed => "closed",
        }
    }

    fn wire(self) -> pb::RegistryVerification {
        match self {
            Self::Pending => pb::RegistryVerification::Pending,
            Self::Verified => pb::RegistryVerification::Verified,
            Self::Mismatch => pb::RegistryVerification::Mismatch,
            Self::Closed => pb::RegistryVerification::Closed,
        }
    }
}
