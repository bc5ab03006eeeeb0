//! The pipeline every state change of Dure goes through: who may, begin, request id, the verb, outbox, commit, try again
//! on a conflict; and the ways a verb is set off: an RPC, another context's fact, time.

mod bus;
mod caller;
mod clock;
mod db;
mod event;
mod every;
mod fields;

mod migrations;
mod outbox;
mod page;
mod pipeline;
mod read;
mod refusal;
mod relay;
mod requests;
pub mod sabotage;
mod together;
mod trace;
mod tx;
mod verb;
mod watch;
mod when;

pub use bus::local::LocalBus;
pub use bus::rabbit::RabbitBus;
pub use bus::{Bus, Consumer, DeadLetter, Taken};
pub use caller::{Account, Caller, Client, Operator, Role, Who};
pub use clock::{Clock, Instant};
pub use db::{Db, Engine};
pub use event::Event;
pub use every::{Done, Every, Job, Slot};
pub use fields::{Fields, invalid_fields};
pub use migrations::{migrate, pending_migrations};
pub use page::Page;
pub use pipeline::Flow;
pub use read::Read;
pub use refusal::{BUSY, Fault, INTERNAL, Refusal, Stop, code};
pub use relay::{Left, relay, relay_round};
pub use requests::forget_requests;
pub use tx::Tx;
pub use verb::Verb;
pub use watch::{Point, Watch};
pub use when::{Inbox, When};
