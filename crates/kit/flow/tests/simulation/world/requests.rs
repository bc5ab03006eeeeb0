//! Clients and what they must hear: the same answer to the same request, however often they ask, hang up or ask otherwise.

use flow::{Caller, Client, Stop, Who};
use uuid::Uuid;

use super::{Act, Site, What, World, Wrong};
use crate::{
    bank::{Sent, Transfer},
    dice::Dice,
};

/// One client's request; asked again until it is answered, and now and then after that.
pub struct Request {
    pub(super) id: Uuid,
    pub verb: Transfer,
    pub(super) wanted: bool,
    pub answer: Option<Sent>,
}

impl Request {
    pub(super) fn new(n: usize, dice: &Dice) -> Self {
        let accounts = ["a", "b", "c"];
        let from = dice.below(3);
        let to = (from + 1 + dice.below(2)) % 3;
        let verb = Transfer {
            request: n.try_into().unwrap_or_default(),
            from: accounts[from],
            to: accounts[to],
            amount: 1 + i64::try_from(dice.below(80)).unwrap_or_default(),
        };
        Self { id: Uuid::from_u128(dice.any()), verb, wanted: true, answer: None }
    }
}

impl World {
    /// What clients may do now.
    pub(super) fn clients(&self, accounts: &Site) -> Vec<(usize, Act)> {
        let mut acts = Vec::new();
        for (r, request) in self.requests.iter().enumerate() {
            match (accounts.does(&What::Ask(r)), request.wanted, &request.answer) {
                (true, false, _) => acts.push((1, Act::HangUp(r))),
                (_, true, _) => acts.push((4, Act::Ask(r))),
                (false, false, Some(_)) => acts.extend([(1, Act::Ask(r)), (1, Act::Reuse(r))]),
                (false, false, None) => acts.push((1, Act::Ask(r))),
            }
        }
        acts
    }

    // I4: same content, same answer.
    pub(super) fn answered(&mut self, r: usize, answer: Result<Sent, Stop>) -> Result<(), Wrong> {
        let request = &mut self.requests[r];
        self.dice.note(format_args!(
            "request {r}: {}",
            match &answer {
                Ok(sent) => format!("{sent:?}"),
                Err(stop) => stop.to_string(),
            }
        ));
        match (answer, &request.answer) {
            (Ok(sent), Some(before)) if sent != *before => {
                Err(format!("request {r} was answered {before:?} and then {sent:?}"))
            }
            (Ok(sent), _) => {
                request.answer = Some(sent);
                Ok(())
            }
            (Err(Stop::Fault(fault)), _) if fault.is_away() => {
                request.wanted = true;
                Ok(())
            }
            (Err(stop), _) if reason(&stop) == Some("TRY_AGAIN") => {
                request.wanted = true;
                Ok(())
            }
            (Err(stop), None) if reason(&stop) == Some("TOO_LITTLE") => Ok(()),
            (Err(stop), before) => Err(format!("request {r} was answered {before:?} and then {stop}")),
        }
    }
}

/// Who asks.
pub(super) fn client() -> Caller {
    Caller { who: Who::Client(Client { id: "sim".into(), scopes: ["transfer".to_owned()].into() }), address: None }
}

pub(super) fn reason(stop: &Stop) -> Option<&'static str> {
    stop.refusal().map(flow::Refusal::reason)
}
