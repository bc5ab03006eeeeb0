//! `UpdateCompany` (ID-12): what is set is changed. A changed name or representative was verified again before (ID-4);
//! refunds go only to an account in the company's own name.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, Day, Wrong};

use super::{COMPANY_NOT_FOUND, Company, RefundAccount, TaxContact, find, form, views::asked_for};
use crate::{
    audit::Note,
    outside::registry::{Firm, Said},
};

const LONGEST_NAME: usize = 100;
const LONGEST_ADDRESS: usize = 200;
const NOTHING: Wrong =
    Wrong::new("NOTHING_TO_CHANGE", "Set at least one field.", "변경할 항목을 하나 이상 입력하세요.");

/// The command.
#[derive(Debug, Serialize)]
pub struct UpdateCompany {
    /// `None`: one's own.
    company: Option<CompanyId>,
    legal_name: Option<String>,
    representative: Option<String>,
    address: Option<String>,
    tax: Option<TaxContact>,
    refund: Option<RefundAccount>,
    /// What the registry said of the new name and representative, if they change.
    #[serde(skip)]
    pub said: Option<(Firm, Said)>,
}

/// Reads the message.
pub fn parse(m: pb::UpdateCompanyRequest) -> Result<UpdateCompany, Refusal> {
    let f = Fields::new();
    let company = f.word("company_id", asked_for(&m.company_id));
    let line = |field: &str, text: Option<&String>, longest| match text {
        Some(text) => f.word(field, words::text::line(text, longest)).map(Some),
        None => Some(None),
    };
    let legal_name = line("legal_name", m.legal_name.as_ref(), LONGEST_NAME);
    let representative = line("representative", m.representative.as_ref(), LONGEST_NAME);
    let address = line("address", m.address.as_ref(), LONGEST_ADDRESS);
    let tax = m.tax_contact.as_ref().map_or(Some(None), |t| TaxContact::read(&f, t).map(Some));
    let refund = match &m.refund_account {
        Some(_) => RefundAccount::read(&f, "refund_account", m.refund_account.as_ref(), None).map(Some),
        None => Some(None),
    };
    let (company, legal_name, representative, address, tax, refund) =
        f.all((company, legal_name, representative, address, tax, refund))?;
    let update = UpdateCompany { company, legal_name, representative, address, tax, refund, said: None };
    f.must(!update.changed().is_empty(), "company_id", NOTHING);
    f.all((Some(update),)).map(|(update,)| update)
}

impl UpdateCompany {
    fn changed(&self) -> Vec<&'static str> {
        let fields = [
            ("legal_name", self.legal_name.is_some()),
            ("representative", self.representative.is_some()),
            ("address", self.address.is_some()),
            ("tax_contact", self.tax.is_some()),
            ("refund_account", self.refund.is_some()),
        ];
        fields.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
    }

    /// What the registry has to be asked before, if anything (ID-12).
    pub fn firm(&self, company: &Company) -> Option<Firm> {
        let legal_name = self.legal_name.as_ref().unwrap_or(&company.legal_name);
        let representative = self.representative.as_ref().unwrap_or(&company.representative);
        let same = *legal_name == company.legal_name && *representative == company.representative;
        (!same).then(|| Firm {
            brn: company.brn.clone(),
            representative: representative.clone(),
            opened_on: company.opened_on,
        })
    }

    /// Which company is meant, and may be: one's own.
    pub fn of(&self, caller: &Caller) -> Result<CompanyId, Refusal> {
        let own = caller.company()?;
        if self.company.is_none_or(|asked| asked == own) { Ok(own) } else { Err(COMPANY_NOT_FOUND) }
    }

    /// Whether the registration certificate says something else afterwards (BI-21); what was not given yet is no change.
    fn changes_registration(&self, company: &Company) -> bool {
        let fields = [
            (&self.legal_name, &company.legal_name),
            (&self.representative, &company.representative),
            (&self.address, &company.address),
        ];
        fields.into_iter().any(|(new, old)| new.as_ref().is_some_and(|new| !old.is_empty() && new != old))
    }

    fn apply(&self, company: &mut Company, today: Day) -> Result<(), Refusal> {
        let firm = self.firm(company);
        if self.changes_registration(company) {
            company.registration_changed_on = Some(today);
        }
        if let Some(name) = &self.legal_name {
            company.legal_name.clone_from(name);
        }
        if let Some(representative) = &self.representative {
            company.representative.clone_from(representative);
        }
        if let Some(address) = &self.address {
            company.address.clone_from(address);
        }
        if let Some(tax) = &self.tax {
            company.tax = Some(tax.clone());
        }
        if let Some(refund) = &self.refund {
            refund.belongs_to(&company.legal_name)?;
            company.refund = Some(refund.clone());
        }
        if let Some(firm) = firm {
            // Somebody else may have changed the other of the two meanwhile: then nobody asked about this firm yet (ID-4).
            let said = self.said.as_ref().filter(|(asked, _)| *asked == firm);
            let said = said.map(|(_, said)| said.clone()).unwrap_or_default();
            let field = if self.legal_name.is_some() { "legal_name" } else { "representative" };
            form::agree(said.answer, field)?;
            company.hear(&said);
        }
        Ok(())
    }
}

impl Verb for UpdateCompany {
    const NAME: &'static str = "UpdateCompany";
    type Answer = Company;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("company.edit")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Company, Stop> {
        let mut company = find(tx, self.of(tx.caller())?).await?;
        self.apply(&mut company, tx.today())?;
        company.save(tx).await?;
        let note = Note::new("company.edited", company.id).of(Some(company.id));
        note.detail(self.changed().join(", ")).record(tx).await?;
        Ok(company)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::State, super::Verification, super::approve::tests::company, *};
    use crate::outside::registry::Answer;

    // ID-4
    #[test]
    fn an_answer_about_another_firm_verifies_nothing() {
        let m = pb::UpdateCompanyRequest {
            company_id: "mine".into(),
            legal_name: Some("두레상사".into()),
            ..Default::default()
        };
        let mut update = parse(m).unwrap();
        let mut asked_about = company(State::Prospect);
        let firm = update.firm(&asked_about).unwrap();
        update.said = Some((firm, Said { answer: Answer::Verified, source: "registry" }));
        let mut changed_meanwhile = Company { representative: "이두레".into(), ..company(State::Prospect) };
        let today = Day::parse("2026-11-23").unwrap();
        update.apply(&mut changed_meanwhile, today).unwrap();
        assert_eq!(changed_meanwhile.verification, Verification::Pending);
        update.apply(&mut asked_about, today).unwrap();
        assert_eq!(asked_about.verification, Verification::Verified);
    }

    // BI-21
    #[test]
    fn a_new_certificate_is_owed_once_what_it_says_has_changed() {
        let today = Day::parse("2026-11-23").unwrap();
        let changed = |was: &str, address: &str| {
            let mut company = Company { address: was.into(), ..company(State::Prospect) };
            let m = pb::UpdateCompanyRequest {
                company_id: "mine".into(),
                address: Some(address.into()),
                ..Default::default()
            };
            parse(m).unwrap().apply(&mut company, today).unwrap();
            company.registration_changed_on
        };
        assert_eq!(changed("서울시 가상구", "부산시 가상구"), Some(today));
        assert_eq!(changed("서울시 가상구", "서울시 가상구"), None);
        assert_eq!(changed("", "서울시 가상구"), None, "it was not given at sign-up");
    }
}
