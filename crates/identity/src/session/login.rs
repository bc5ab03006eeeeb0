//! `Login` (ID-19): by now the password is known to be right. A temporary one must be changed first (ID-20); a company
//! whose policy says so needs a code by SMS as well; everybody else is in.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{LoginId, RandomToken, Secret};

use super::{SignedIn, begin, needs_code};
use crate::{
    account,
    audit::Note,
    verification::{self, Draft, Purpose},
};

/// S07: the same for an unknown id and a wrong password.
pub const LOGIN_WRONG: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "LOGIN_WRONG",
    "Login id or password is wrong. After five wrong passwords in a row the account is locked.",
    "아이디 또는 비밀번호가 틀렸습니다. 5회 연속 틀리면 계정이 잠깁니다.",
);
/// ID-20.
pub const ACCOUNT_LOCKED: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "ACCOUNT_LOCKED",
    "Too many wrong passwords. Ask for a temporary password at your registered e-mail address.",
    "비밀번호를 5회 잘못 입력하여 잠겼습니다. 등록된 이메일로 임시 비밀번호를 받으세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct Login {
    /// Whose.
    pub login_id: LoginId,
    /// To be checked before.
    pub password: Secret<String>,
    /// What it was checked against.
    #[serde(skip)]
    pub checked: Secret<String>,
    /// A better hash, if the one that is kept is weak.
    #[serde(skip)]
    pub rehash: Option<Secret<String>>,
}

/// Reads the message. An id that cannot be one is answered like an unknown one.
pub fn parse(m: pb::LoginRequest) -> Result<Login, Refusal> {
    let f = Fields::new();
    f.must(!m.login_id.is_empty(), "login_id", words::Wrong::MISSING);
    f.must(!m.password.is_empty(), "password", words::Wrong::MISSING);
    f.all((Some(()),))?;
    let login_id = m.login_id.parse().map_err(|_| LOGIN_WRONG)?;
    Ok(Login { login_id, password: Secret::new(m.password), checked: Secret::default(), rehash: None })
}

impl Verb for Login {
    const NAME: &'static str = "Login";
    type Answer = SignedIn;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<SignedIn, Stop> {
        let mut account = account::find_login(tx, &self.login_id).await?.ok_or(LOGIN_WRONG)?;
        account.still_has(&self.checked)?;
        let code = needs_code(tx, &account).await?;
        if account.must_change() {
            return Ok(SignedIn::ChangePassword);
        }
        if code {
            return send_code(tx, &account).await;
        }
        account.signed_in(tx, self.rehash.clone()).await?;
        let tokens = begin(tx, &account).await?;
        Note::new("session.started", tokens.session)
            .by(account.id())
            .of(account.company())
            .detail("password")
            .record(tx)
            .await?;
        Ok(SignedIn::Tokens(tokens))
    }
}

async fn send_code(tx: &mut Tx, account: &account::Account) -> Result<SignedIn, Stop> {
    let challenge = RandomToken::new();
    let draft = Draft {
        purpose: Purpose::Login,
        person: account.person()?,
        account: Some(account.id()),
        company: account.company(),
        content_hash: String::new(),
        challenge: Some(RandomToken::presented(challenge.expose())),
    };
    let verification = verification::issue(tx, draft).await?;
    Ok(SignedIn::CodeSent { challenge: challenge.expose().to_owned(), phone: verification.phone().clone() })
}
