//! Companies as rows: locked while changed, saved under their version; a taken number is the verb's refusal.

use flow::{Fault, Read, Stop, Tx};
use sea_orm::{
    ActiveModelBehavior, ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect, SqlErr, entity::prelude::*,
};
use words::{Brn, CompanyId, Day, Email, Phone};

use super::{BRN_TAKEN, Company, Papers, RefundAccount, State, TaxContact, Verification};
use crate::document::DocumentId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub legal_name: String,
    pub brn: String,
    pub representative: String,
    pub opened_on: ChronoDate,
    pub address: String,
    pub state: String,
    pub verification: String,
    pub source: String,
    pub voucher_member: bool,
    pub head_count: i64,
    pub rejection_reason: String,
    pub main_phone: String,
    pub tax_name: String,
    pub tax_email: String,
    pub tax_phone: String,
    pub bank: String,
    pub bank_number: String,
    pub bank_holder: String,
    pub certificate_id: Option<Uuid>,
    pub bankbook_id: Option<Uuid>,
    pub head_count_id: Option<Uuid>,
    pub head_count_issued_on: Option<ChronoDate>,
    pub created_at: DateTimeUtc,
    pub registration_changed_on: Option<ChronoDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn insert(tx: &Tx, company: &Company) -> Result<(), Stop> {
    let inserted = Entity::insert(row(company)).exec_without_returning(tx.conn()).await;
    inserted.map(drop).map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => BRN_TAKEN.violation("company.brn", "BRN_TAKEN").into(),
        _ => error.into(),
    })
}

pub(super) async fn lock(tx: &Tx, id: CompanyId) -> Result<Option<Company>, Stop> {
    let row = Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.conn()).await?;
    row.map(Company::try_from).transpose()
}

pub(super) async fn save(tx: &Tx, company: &Company) -> Result<(), Stop> {
    let saved = Entity::update_many()
        .set(row(company))
        .filter(Column::Id.eq(company.id.uuid()))
        .filter(Column::Version.eq(company.version - 1))
        .exec(tx.conn())
        .await?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("a company changed while it was locked")).into())
    }
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: CompanyId) -> Result<Option<Company>, Stop> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(Company::try_from).transpose()
}

pub(super) async fn is_taken(read: &Read, brn: &Brn) -> Result<bool, Stop> {
    let free = [State::Terminated.name(), State::Rejected.name()];
    let row = Entity::find().filter(Column::Brn.eq(brn.as_str())).filter(Column::State.is_not_in(free));
    Ok(row.one(read.conn()).await?.is_some())
}

pub(super) async fn under_review(read: &Read, after: Option<CompanyId>, fetch: u64) -> Result<Vec<Company>, Stop> {
    // Ids grow with time: the oldest first.
    let mut rows =
        Entity::find().filter(Column::State.eq(State::UnderReview.name())).order_by_asc(Column::Id).limit(fetch);
    if let Some(after) = after {
        rows = rows.filter(Column::Id.gt(after.uuid()));
    }
    rows.all(read.conn()).await?.into_iter().map(Company::try_from).collect()
}

pub(super) async fn unverified(read: &Read, most: u64) -> Result<Vec<Company>, Stop> {
    let rows = Entity::find()
        .filter(Column::Verification.eq(Verification::Pending.name()))
        .order_by_asc(Column::CreatedAt)
        .limit(most);
    rows.all(read.conn()).await?.into_iter().map(Company::try_from).collect()
}

fn row(c: &Company) -> ActiveModel {
    let tax = c.tax.as_ref();
    let refund = c.refund.as_ref();
    let papers = c.papers.as_ref();
    ActiveModel {
        id: Set(c.id.uuid()),
        version: Set(c.version),
        legal_name: Set(c.legal_name.clone()),
        brn: Set(c.brn.as_str().into()),
        representative: Set(c.representative.clone()),
        opened_on: Set(c.opened_on.into()),
        address: Set(c.address.clone()),
        state: Set(c.state.name().into()),
        verification: Set(c.verification.name().into()),
        source: Set(c.source.clone()),
        voucher_member: Set(c.voucher_member),
        head_count: Set(c.head_count),
        rejection_reason: Set(c.rejection_reason.clone()),
        main_phone: Set(c.main_phone.clone()),
        tax_name: Set(tax.map(|t| t.name.clone()).unwrap_or_default()),
        tax_email: Set(tax.map(|t| t.email.to_string()).unwrap_or_default()),
        tax_phone: Set(tax.map(|t| t.phone.to_string()).unwrap_or_default()),
        bank: Set(refund.map(|r| r.bank.clone()).unwrap_or_default()),
        bank_number: Set(refund.map(|r| r.number.clone()).unwrap_or_default()),
        bank_holder: Set(refund.map(|r| r.holder.clone()).unwrap_or_default()),
        certificate_id: Set(papers.map(|p| p.certificate.uuid())),
        bankbook_id: Set(papers.map(|p| p.bankbook.uuid())),
        head_count_id: Set(papers.map(|p| p.head_count.uuid())),
        head_count_issued_on: Set(papers.map(|p| p.head_count_issued_on.into())),
        created_at: Set(c.created_at),
        registration_changed_on: Set(c.registration_changed_on.map(Into::into)),
    }
}

impl TryFrom<Model> for Company {
    type Error = Stop;
    fn try_from(row: Model) -> Result<Self, Stop> {
        let wrong = |what: words::Wrong| {
            Fault::bug(anyhow::anyhow!("a row of company holds what it should not: {}", what.reason))
        };
        let unknown = || Fault::bug(anyhow::anyhow!("a company of unknown state"));
        let tax = if row.tax_email.is_empty() {
            None
        } else {
            let (email, phone) =
                (Email::parse(&row.tax_email).map_err(wrong)?, Phone::parse(&row.tax_phone).map_err(wrong)?);
            Some(TaxContact { name: row.tax_name, email, phone })
        };
        let refund = RefundAccount { bank: row.bank, number: row.bank_number, holder: row.bank_holder };
        let papers = match (row.certificate_id, row.bankbook_id, row.head_count_id, row.head_count_issued_on) {
            (Some(certificate), Some(bankbook), Some(head_count), Some(issued)) => Some(Papers {
                certificate: DocumentId::from(certificate),
                bankbook: DocumentId::from(bankbook),
                head_count: DocumentId::from(head_count),
                head_count_issued_on: Day::from(issued),
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            version: row.version,
            legal_name: row.legal_name,
            brn: Brn::parse(&row.brn).map_err(wrong)?,
            representative: row.representative,
            opened_on: row.opened_on.into(),
            address: row.address,
            state: State::ALL.into_iter().find(|s| s.name() == row.state).ok_or_else(unknown)?,
            verification: Verification::ALL.into_iter().find(|v| v.name() == row.verification).ok_or_else(unknown)?,
            source: row.source,
            voucher_member: row.voucher_member,
            head_count: row.head_count,
            rejection_reason: row.rejection_reason,
            main_phone: row.main_phone,
            tax,
            refund: (!refund.number.is_empty()).then_some(refund),
            papers,
            created_at: row.created_at,
            registration_changed_on: row.registration_changed_on.map(Day::from),
        })
    }
}
