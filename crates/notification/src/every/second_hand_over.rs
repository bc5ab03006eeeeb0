//! Each second, and for one-time codes several times a second: hand over what is due. Four lanes that do not wait for
//! each other (NO-3): a slow mail server does not hold up texts, nor a hundred thousand gifts a code.

use flow::{Done, Flow, Slot, Stop};

use crate::{
    channel::Medium,
    message::{Lane, hand_over::hand_over},
};

/// One-time codes to telephones.
pub async fn urgent_texts(flow: Flow, _: Slot) -> Result<Done, Stop> {
    hand_over(flow, Lane { medium: Medium::Text, urgent: true }).await
}

/// One-time codes and passwords by mail.
pub async fn urgent_mails(flow: Flow, _: Slot) -> Result<Done, Stop> {
    hand_over(flow, Lane { medium: Medium::Mail, urgent: true }).await
}

/// Every other text.
pub async fn texts(flow: Flow, _: Slot) -> Result<Done, Stop> {
    hand_over(flow, Lane { medium: Medium::Text, urgent: false }).await
}

/// Every other mail.
pub async fn mails(flow: Flow, _: Slot) -> Result<Done, Stop> {
    hand_over(flow, Lane { medium: Medium::Mail, urgent: false }).await
}
