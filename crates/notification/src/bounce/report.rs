//! Takes the mail provider's notices (NO-1, S44): an accepted mail becomes delivered or failed, once. The code is the
//! enhanced status of the delivery status notification (RFC 3463): `2.…` arrived, `5.…` never will, `4.…` is still
//! under way and changes nothing.

use contract::notification::v1 as pb;
use flow::{Caller, Fields, Flow, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Wrong;

use super::MailKey;
use crate::{
    channel::Medium,
    delivery::{Delivery, id, settle},
    message::{Failure, code},
};

/// The notices of one call.
#[derive(Debug, Serialize)]
pub struct ReportBounces {
    /// Each mail whose fate is known.
    pub deliveries: Vec<Delivery>,
}

impl ReportBounces {
    /// Reads a signed call.
    pub fn parse(flow: &Flow, m: pb::ReportBouncesRequest) -> Result<Self, Refusal> {
        let sent = m.send_time.as_ref().map_or(0, |t| t.seconds);
        let told: Vec<_> = m.bounces.iter().map(|b| (b.message_id.as_str(), b.status.as_str())).collect();
        flow.part::<MailKey>().0.believe(sent, &told, &m.signature, flow.clock().now())?;
        let f = Fields::new();
        let read = told.iter().enumerate().map(|(place, (message, status))| {
            let message = id(&f, &format!("bounces[{place}].message_id"), local_part(message));
            let fate = f.word(&format!("bounces[{place}].status"), fate(status));
            Some((message?, fate?))
        });
        let read = read.collect::<Option<Vec<_>>>();
        let (read,) = f.all((read,))?;
        let settled = read.into_iter().filter_map(|(id, fate)| Some(Delivery { id, failed: fate? }));
        Ok(Self { deliveries: settled.collect() })
    }
}

/// Our id in a Message-ID: what stands before the `@`.
fn local_part(message_id: &str) -> &str {
    message_id.trim_start_matches('<').split('@').next().unwrap_or_default()
}

/// `None`: not settled. Else why it failed, if it did.
fn fate(status: &str) -> Result<Option<Option<Failure>>, Wrong> {
    const WRONG: Wrong = Wrong::new(
        "NOT_A_STATUS",
        "Give the enhanced status code of RFC 3463, such as 5.1.1.",
        "RFC 3463의 확장 상태 코드(예: 5.1.1)를 보내세요.",
    );
    // A sign is a number's to Rust, not to the standard.
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok())?;
    let three_numbers = status.split('.').map(number).collect::<Option<Vec<_>>>();
    match three_numbers.as_deref() {
        Some([2, _, _]) => Ok(Some(None)),
        Some([4, _, _]) => Ok(None),
        Some([5, _, _]) => Ok(Some(Some(Failure::Refused(code(status))))),
        _ => Err(WRONG),
    }
}

impl Verb for ReportBounces {
    const NAME: &'static str = "ReportBounces";
    type Answer = i32;

    // The signature was checked while reading: it is what the provider has instead of an account.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<i32, Stop> {
        settle(tx, Medium::Mail, &self.deliveries).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // NO-1
    #[test]
    fn a_status_tells_the_mails_fate() {
        assert_eq!(fate("5.1.1"), Ok(Some(Some(Failure::Refused("5.1.1".into())))));
        assert_eq!(fate("2.0.0"), Ok(Some(None)));
        assert_eq!(fate("4.2.2"), Ok(None));
        for wrong in ["", "5", "5.1", "5.1.1.1", "9.1.1", "550", "5.a.1", "5.+1.1"] {
            assert!(fate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_message_id_holds_ours() {
        assert_eq!(
            local_part("<0192d3c4-0000-7000-8000-000000000001@dure.example>"),
            "0192d3c4-0000-7000-8000-000000000001"
        );
        assert_eq!(local_part("0192d3c4-0000-7000-8000-000000000001"), "0192d3c4-0000-7000-8000-000000000001");
    }

    proptest! {
        // NO-1, S44
        #[test]
        fn no_notice_breaks_the_reader_and_only_numbers_and_dots_tell(
            status in "\\PC{0,12}|[245][.][0-9+]{1,3}[.][0-9]{1,6}", message in "\\PC{0,40}|<[a-z0-9-]{0,36}@[a-z.]{0,9}>"
        ) {
            match fate(&status) {
                Ok(_) => prop_assert!(status.bytes().all(|b| b.is_ascii_digit() || b == b'.')),
                Err(wrong) => prop_assert_eq!(wrong.reason, "NOT_A_STATUS"),
            }
            let f = Fields::new();
            if id(&f, "bounces[0].message_id", local_part(&message)).is_none() {
                let no = f.all((None::<()>,)).unwrap_err();
                prop_assert_eq!(no.detail("fields"), Some("bounces[0].message_id"));
            }
        }
    }
}
