//! Made-up people and companies, new ones in every run: nobody's name, numbers of the unassigned `0100…` block,
//! business numbers with a right check digit.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use words::{Brn, Day};

use crate::json::date;

/// Makes them up.
pub struct People {
    dice: StdRng,
    secrets: Vec<String>,
}

/// Somebody.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Eleven digits.
    pub phone: String,
    /// Birth date.
    pub birth: Day,
    /// E-mail.
    pub email: String,
    /// What they sign in with.
    pub login_id: String,
    /// And this.
    pub password: String,
}

/// A company and its contact.
#[derive(Debug, Clone)]
pub struct Company {
    /// Legal name.
    pub legal_name: String,
    /// Ten digits.
    pub brn: String,
    /// Its contact, who becomes super admin.
    pub contact: Person,
}

impl People {
    /// The same seed makes up the same people.
    pub fn new(seed: Option<u64>) -> Self {
        let dice = seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64);
        Self { dice, secrets: Vec::new() }
    }

    /// Somebody with this name.
    pub fn person(&mut self, name: &str) -> Person {
        let phone = format!("0100{:07}", self.dice.random_range(0..10_000_000));
        let login_id = format!("st{:014}", self.dice.random_range(0..100_000_000_000_000_u64));
        let password = format!("Story-{:012x}-Aa1", self.dice.random_range(0..1_u64 << 48));
        let email = format!("{login_id}@story.example");
        self.secrets.extend([phone.clone(), email.clone(), password.clone()]);
        let birth = Day::new(1990, 5, 17).expect("a day of the calendar");
        Person { name: name.into(), phone, birth, email, login_id, password }
    }

    /// A company of this name with a contact of that one.
    pub fn company(&mut self, name: &str, contact: &str) -> Company {
        Company { legal_name: name.into(), brn: self.brn(), contact: self.person(contact) }
    }

    /// A number nobody has yet.
    pub fn number(&mut self, below: u64) -> u64 {
        self.dice.random_range(0..below)
    }

    /// What must never stand in a log.
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    fn brn(&mut self) -> String {
        let nine = self.dice.random_range(100_000_000..1_000_000_000_u32);
        let fits = (0..10).map(|last| format!("{nine}{last}")).find(|number| Brn::parse(number).is_ok());
        fits.expect("one of ten last digits is the check digit")
    }
}

impl Person {
    /// What `RequestCode` asks for.
    pub fn verification(&self, purpose: &str) -> Value {
        json!({
            "purpose": purpose, "phone": self.phone, "carrier": "CARRIER_SKT", "name": self.name,
            "birthDate": date(self.birth), "sex": "SEX_FEMALE",
        })
    }

    /// What `ContactForm` asks for.
    pub fn contact_form(&self, verification_token: &str, consents: &Value) -> Value {
        json!({
            "loginId": self.login_id, "password": self.password, "verificationToken": verification_token,
            "email": self.email, "department": "총무팀", "position": "과장", "consents": consents,
        })
    }
}

impl Company {
    /// What `CompanyForm` asks for.
    pub fn form(&self) -> Value {
        json!({
            "legalName": self.legal_name, "brn": self.brn, "representative": "대표 한가람",
            "openedOn": { "year": 2015, "month": 3, "day": 2 }, "address": "서울특별시 가상구 이야기로 1",
        })
    }
}
