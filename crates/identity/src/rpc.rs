//! Each RPC: parse → verb → render. What must happen before the transaction happens here: a password costs its hash, the
//! business registry is asked, bytes go to the object store.

mod account;
mod company;
mod document;
mod invitation;
mod others;
mod session;

use std::sync::Arc;

use boot::token::KeySet;
use contract::Requested;
use flow::{Caller, Fields, Flow, Refusal, Stop, Verb};
use object_store::ObjectStore;
use tonic::{Request, Response, Status};
use words::{LoginId, Secret, Wrong};

use crate::{
    account::Contact,
    consent::Documents,
    password::{Checked, Passwords},
    session::{login::LOGIN_WRONG, tries},
};

/// Where documents' bytes lie.
pub struct Files(pub Arc<dyn ObjectStore>);

/// All of identity's services.
#[derive(Clone)]
pub struct Rpc {
    flow: Flow,
}

/// One wrong field, found later than when the request was read.
pub fn wrong_field(field: &str, why: Wrong) -> Refusal {
    let f = Fields::new();
    let word = f.word::<()>(field, Err(why));
    match f.all((word,)) {
        Err(no) => no,
        Ok(_) => unreachable!("a wrong word was just noted"),
    }
}

/// A write whose verb is not made by parsing alone.
struct Asked<M> {
    caller: Caller,
    id: uuid::Uuid,
    message: M,
}

impl<M: Requested> Asked<M> {
    fn read(request: Request<M>) -> Result<Self, Status> {
        let caller = caller_of(&request);
        let message = request.into_inner();
        Ok(Self { caller, id: request_id(message.request_id())?, message })
    }
}

fn caller_of<M>(request: &Request<M>) -> Caller {
    request.extensions().get::<Caller>().cloned().unwrap_or_else(Caller::anyone)
}

fn request_id(text: &str) -> Result<uuid::Uuid, Refusal> {
    let f = Fields::new();
    f.all((f.request_id(text),)).map(|(id,)| id)
}

impl Rpc {
    /// On this flow.
    pub fn new(flow: Flow) -> Self {
        Self { flow }
    }

    fn documents(&self) -> Arc<Documents> {
        self.flow.part()
    }

    async fn done<V: Verb, R>(
        &self,
        caller: Caller,
        id: uuid::Uuid,
        verb: V,
        render: impl FnOnce(V::Answer) -> R,
    ) -> Result<Response<R>, Status> {
        Ok(Response::new(render(self.flow.run(caller, id, verb).await?)))
    }

    /// The hash of a form's password, once its verification is worth one.
    async fn hash(&self, contact: &Contact) -> Result<Secret<String>, Stop> {
        contact.believe(&self.flow.part::<KeySet>(), self.flow.clock().now())?;
        self.flow.part::<Passwords>().hash(&contact.password).await
    }

    /// Takes a try, checks the password, and counts or forgets (ID-20): one at the gate at a time, so that as many right
    /// ones at once as you like never look like wrong ones.
    /// A request that was done before is right again, whatever it made of the password (I4).
    async fn check<V: Verb>(
        &self,
        (caller, id, verb): (&Caller, uuid::Uuid, &V),
        login_id: &LoginId,
        presented: &Secret<String>,
    ) -> Result<Checked, Stop> {
        let fresh = uuid::Uuid::new_v4;
        let passwords = self.flow.part::<Passwords>();
        let turn = passwords.turn().await?;
        let kept = self.flow.run(caller.clone(), fresh(), tries::TakeTry(login_id.clone())).await?.0;
        let checked = passwords.check(&turn, presented, kept).await?;
        if !checked.right && !self.flow.was_done(caller, id, verb).await? {
            self.flow.run(caller.clone(), fresh(), tries::WrongPassword(login_id.clone())).await?;
            return Err(LOGIN_WRONG.into());
        }
        self.flow.run(caller.clone(), fresh(), tries::RightPassword(login_id.clone())).await?;
        Ok(checked)
    }
}
