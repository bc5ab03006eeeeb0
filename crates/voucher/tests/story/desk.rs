//! What the stories have in common: a company at its desk.

use std::collections::HashMap;

use boot::token::{VERIFICATION, Verified};
use contract::{
    ask,
    billing::v1 as billing,
    identity::v1::AdminNoticeRequested,
    money,
    notification::v1::{MessagesRequested, message_content::To},
    voucher::v1::{
        self as pb, gift_service_client::GiftServiceClient, lot_service_client::LotServiceClient,
        recipient_service_client::RecipientServiceClient, send_service_client::SendServiceClient,
        sheet_service_client::SheetServiceClient, sheet_upload_service_client::SheetUploadServiceClient,
        upload_sheet_request::Part,
    },
};
use flow::Caller;
use testkit::{Bearer, Trial, callers};
use tonic::{Status, service::interceptor::InterceptedService, transport::Channel};
use tonic_types::StatusExt;
use uuid::Uuid;
use voucher::{Voucher, settings::Settings};
use words::{CompanyId, Day, Money};

pub type Wire = InterceptedService<Channel, Bearer>;

/// A company's desk.
pub struct Desk<'a> {
    pub t: &'a Trial,
    pub company: CompanyId,
    pub admin: Caller,
}

/// Runs a story on every engine; sheets are read by this crate's own reader.
pub async fn story<Fut: Future<Output = ()>>(test: impl Fn(Trial) -> Fut) {
    let change = |settings: &mut Settings| {
        settings.sheet_program = env!("CARGO_BIN_EXE_voucher-sheet").into();
        settings.gifts_per_chunk = 300;
    };
    testkit::on_both_with::<Voucher, Fut>(change, test).await;
}

/// A new request id.
pub fn id() -> String {
    Uuid::new_v4().to_string()
}

/// The reason of a refusal.
pub fn reason(no: &Status) -> String {
    no.get_details_error_info().map(|info| info.reason).unwrap_or_else(|| format!("{no:?}"))
}

/// A field of a refusal's metadata.
pub fn detail(no: &Status, name: &str) -> String {
    no.get_details_error_info().and_then(|info| info.metadata.get(name).cloned()).unwrap_or_default()
}

/// An example file.
pub fn example(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Whole won of an amount.
pub fn won(amount: &Option<contract::google::r#type::Money>) -> i64 {
    contract::won(amount.as_ref()).unwrap().won()
}

impl<'a> Desk<'a> {
    pub fn new(t: &'a Trial) -> Self {
        let company = callers::company();
        Self { t, company, admin: callers::super_admin(company) }
    }

    pub fn lots(&self) -> LotServiceClient<Wire> {
        LotServiceClient::new(self.t.channel(&self.admin))
    }
    pub fn sends(&self) -> SendServiceClient<Wire> {
        SendServiceClient::new(self.t.channel(&self.admin))
    }
    pub fn sheets(&self) -> SheetServiceClient<Wire> {
        SheetServiceClient::new(self.t.channel(&self.admin))
    }
    pub fn recipients(&self) -> RecipientServiceClient<Wire> {
        RecipientServiceClient::new(self.t.channel(&self.admin))
    }
    pub fn gifts(&self) -> GiftServiceClient<Wire> {
        GiftServiceClient::new(self.t.channel(&self.admin))
    }

    /// A purchase that billing approved today, and its lot.
    pub async fn fund(&self, face: i64) -> pb::Lot {
        self.fund_on(face, Day::of(self.t.clock.now())).await
    }

    pub async fn fund_on(&self, face: i64, approved: Day) -> pb::Lot {
        let purchase = format!("pur_{}", Uuid::new_v4().simple());
        self.t.hear(&purchase, self.approved(&purchase, face, approved)).await;
        self.lot_of(&purchase).await
    }

    pub fn approved(&self, purchase: &str, face: i64, approved: Day) -> billing::PurchaseApproved {
        billing::PurchaseApproved {
            purchase_id: purchase.into(),
            version: 1,
            company_id: self.company.to_string(),
            face_value: money(Money::from_won(face)),
            approved_on: contract::date(approved),
        }
    }

    pub async fn lot_of(&self, purchase: &str) -> pb::Lot {
        let lots = self.lots().list_lots(pb::ListLotsRequest { page_size: 100, ..Default::default() }).await.unwrap();
        lots.into_inner().lots.into_iter().find(|lot| lot.purchase_id == purchase).expect("the lot is there")
    }

    pub async fn lot(&self, lot: &pb::Lot) -> pb::Lot {
        let request = pb::GetLotRequest { lot_id: lot.lot_id.clone() };
        self.lots().get_lot(request).await.unwrap().into_inner()
    }

    /// Available, reserved, outstanding, claimed, expired, refunded.
    pub async fn buckets(&self, lot: &pb::Lot) -> [i64; 6] {
        let lot = self.lot(lot).await;
        [&lot.available, &lot.reserved, &lot.outstanding, &lot.claimed, &lot.expired, &lot.refunded].map(won)
    }

    pub fn draft(&self, lot: &pb::Lot) -> pb::CreateSendRequest {
        pb::CreateSendRequest {
            request_id: id(),
            lot_id: lot.lot_id.clone(),
            title: "연말 선물".into(),
            r#type: pb::SendType::Immediate.into(),
            scheduled_time: None,
            message: Some(pb::SendMessage {
                subject: "감사합니다".into(), body: "올해도 감사했습니다.".into()
            }),
        }
    }

    pub async fn create(&self, lot: &pb::Lot) -> pb::Send {
        self.sends().create_send(self.draft(lot)).await.unwrap().into_inner()
    }

    pub async fn get(&self, send: &pb::Send) -> pb::Send {
        self.sends().get_send(pb::GetSendRequest { send_id: send.send_id.clone() }).await.unwrap().into_inner()
    }

    pub fn sheet_uploads(&self) -> SheetUploadServiceClient<Wire> {
        SheetUploadServiceClient::new(self.t.channel(&self.admin))
    }

    /// A file, in pieces as the gateway streams them.
    pub async fn upload(&self, send: &pb::Send, file: Vec<u8>) -> Result<pb::Sheet, Status> {
        self.upload_as(pb::UploadSheetHead { file_name: "명단.xlsx".into(), ..self.head(send) }, file).await
    }

    pub fn head(&self, send: &pb::Send) -> pb::UploadSheetHead {
        pb::UploadSheetHead { request_id: id(), send_id: send.send_id.clone(), ..Default::default() }
    }

    pub async fn upload_as(&self, head: pb::UploadSheetHead, file: Vec<u8>) -> Result<pb::Sheet, Status> {
        let head = pb::UploadSheetRequest { part: Some(Part::Head(head)) };
        let pieces: Vec<_> = file
            .chunks(64 * 1024)
            .map(|piece| pb::UploadSheetRequest { part: Some(Part::Chunk(piece.to_vec())) })
            .collect();
        let parts = futures::stream::iter([head].into_iter().chain(pieces));
        Ok(self.sheets().upload_sheet(parts).await?.into_inner())
    }

    pub async fn sheet(&self, sheet: &pb::Sheet) -> pb::Sheet {
        let request = pb::GetSheetRequest { sheet_id: sheet.sheet_id.clone() };
        self.sheets().get_sheet(request).await.unwrap().into_inner()
    }

    /// The right rows alone, or with those asked for.
    pub fn take(&self, sheet: &pb::Sheet) -> pb::TakeRecipientsRequest {
        pb::TakeRecipientsRequest {
            request_id: id(),
            send_id: sheet.send_id.clone(),
            sheet_id: sheet.sheet_id.clone(),
            ..Default::default()
        }
    }

    pub async fn add(&self, send: &pb::Send, recipients: &[(&str, &str, i64)]) {
        let recipients = recipients.iter().map(|(name, phone, amount)| pb::NewRecipient {
            name: (*name).into(),
            phone: (*phone).into(),
            amount: money(Money::from_won(*amount)),
        });
        let request = pb::AddRecipientsRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            recipients: recipients.collect(),
        };
        self.recipients().add_recipients(request).await.unwrap();
    }

    /// What identity gives after verifying the admin for this content.
    pub fn verification(&self, content_hash: &str) -> String {
        let account = self.admin.account().unwrap();
        let verified = Verified {
            jti: Uuid::new_v4(),
            purpose: "voucher_send".into(),
            account: Some(account.id),
            company: account.company,
            content_hash: content_hash.into(),
        };
        self.t.signer().sign(VERIFICATION, &verified, self.t.clock.now(), chrono::Duration::minutes(10))
    }

    pub async fn confirm(&self, send: &pb::Send) -> Result<pb::Send, Status> {
        let content_hash = self.get(send).await.content_hash;
        let request = pb::ConfirmSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            verification_token: self.verification(&content_hash),
        };
        Ok(self.sends().confirm_send(request).await?.into_inner())
    }

    /// Lets a second pass and waits until every gift of the send is issued.
    pub async fn dispatched(&self, send: &pb::Send) -> pb::Send {
        self.t.clock.advance(chrono::Duration::seconds(2));
        self.t
            .until("the send is completed", || async {
                let send = self.get(send).await;
                (send.state() == pb::SendState::Completed).then_some(send)
            })
            .await
    }

    /// A send of some gifts, dispatched, with the codes of its recipients by phone.
    pub async fn sent(&self, lot: &pb::Lot, recipients: &[(&str, &str, i64)]) -> (pb::Send, HashMap<String, String>) {
        let send = self.create(lot).await;
        self.add(&send, recipients).await;
        self.confirm(&send).await.unwrap();
        let send = self.dispatched(&send).await;
        let all = |codes: &HashMap<String, String>| recipients.iter().all(|(_, phone, _)| codes.contains_key(*phone));
        let codes = self
            .t
            .until("every message is asked for", || async { Some(self.codes(1).await).filter(|codes| all(codes)) })
            .await;
        (send, codes)
    }

    /// Phone → code, from the messages asked for so far.
    pub async fn codes(&self, least: usize) -> HashMap<String, String> {
        self.opened(self.t.told::<MessagesRequested>(least).await)
    }

    /// Phone → code.
    pub fn opened(&self, asked: Vec<MessagesRequested>) -> HashMap<String, String> {
        let sealer = self.t.running.flow.sealer();
        let messages = asked.iter().flat_map(|asked| &asked.messages).filter(|message| message.template == "gift");
        messages
            .map(|message| {
                let content = ask::open(sealer, &message.sealed).unwrap();
                let code = content.variables["text"].rsplit(' ').next().unwrap().to_owned();
                let Some(To::Phone(phone)) = content.to else { panic!("a gift goes to a phone") };
                (phone, code)
            })
            .collect()
    }

    pub fn anyone(&self) -> GiftServiceClient<Wire> {
        GiftServiceClient::new(self.t.channel(&callers::anyone()))
    }

    pub async fn claim(&self, code: &str) -> Result<pb::ReceivedGift, Status> {
        let request = pb::ClaimGiftRequest { request_id: id(), code: code.into() };
        Ok(self.anyone().claim_gift(request).await?.into_inner())
    }

    pub async fn decline(&self, code: &str) -> Result<pb::ReceivedGift, Status> {
        let request = pb::DeclineGiftRequest { request_id: id(), code: code.into() };
        Ok(self.anyone().decline_gift(request).await?.into_inner())
    }

    pub async fn recall_all(&self, send: &pb::Send) -> Result<pb::RecallGiftsReply, Status> {
        let request =
            pb::RecallGiftsRequest { request_id: id(), send_id: send.send_id.clone(), all: true, ..Default::default() };
        Ok(self.gifts().recall_gifts(request).await?.into_inner())
    }

    /// What the company's admins were told by this template so far: for whom, and what.
    pub async fn notices(&self, template: &str) -> Vec<(AdminNoticeRequested, HashMap<String, String>)> {
        let told = self.t.bus.told::<AdminNoticeRequested>().await;
        let company = self.company.to_string();
        let ours = told.into_iter().filter(|notice| notice.template == template && notice.company_id == company);
        let sealer = self.t.running.flow.sealer();
        ours.map(|notice| (notice.clone(), ask::open(sealer, &notice.sealed).unwrap().variables)).collect()
    }

    /// The same, once there are so many.
    pub async fn noticed(&self, template: &str, least: usize) -> Vec<(AdminNoticeRequested, HashMap<String, String>)> {
        let enough = || async { Some(self.notices(template).await).filter(|notices| notices.len() >= least) };
        self.t.until(&format!("{least} of {template}"), enough).await
    }

    pub async fn verify_ledger(&self) -> pb::VerifyLedgerReply {
        let mut operator = LotServiceClient::new(self.t.channel(&callers::operator(&["billing"])));
        operator.verify_ledger(pb::VerifyLedgerRequest { request_id: id() }).await.unwrap().into_inner()
    }
}
