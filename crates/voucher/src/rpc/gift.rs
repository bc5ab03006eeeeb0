//! Gifts.

use std::str::FromStr;

use contract::{
    money, timestamp,
    voucher::v1::{self as pb, gift_service_server::GiftService},
};
use flow::{Fields, Read};
use tonic::{Request, Response, Status};
use words::{Wrong, text};

use super::{Rpc, caller_of};
use crate::{
    gift::{
        GiftId,
        claim::ClaimGift,
        decline::DeclineGift,
        look_up::{LookUpGift, Typed},
        recall::RecallGifts,
        redeem::{RedeemGift, Redeemed},
        table, views,
    },
    gift_code::GiftCode,
    send,
};

const MOST_CHOSEN: usize = 1_000;
const LONGEST_REFERENCE: usize = 100;

#[tonic::async_trait]
impl GiftService for Rpc {
    async fn list_gifts(&self, request: Request<pb::ListGiftsRequest>) -> Result<Response<pb::ListGiftsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn recall_gifts(
        &self,
        request: Request<pb::RecallGiftsRequest>,
    ) -> Result<Response<pb::RecallGiftsReply>, Status> {
        let caller = caller_of(&request);
        let parse = |m: pb::RecallGiftsRequest| {
            let f = Fields::new();
            let chosen = chosen::<GiftId>(&f, "gift_ids", &m.gift_ids, m.all);
            let (send, chosen) = f.all((f.parse("send_id", &m.send_id), chosen))?;
            Ok(RecallGifts { send, chosen, validate_only: m.validate_only })
        };
        let recalled = self.flow.write(request, parse, |recalled| recalled).await?.into_inner();
        let read = Read::new(&self.flow, caller);
        let figures = table::figures(read.conn(), &[recalled.send.id]).await?;
        let figures = figures.get(&recalled.send.id).cloned().unwrap_or_default();
        Ok(Response::new(pb::RecallGiftsReply {
            recalled_count: recalled.count,
            recalled_total: money(recalled.total),
            skipped_count: recalled.skipped,
            outcome: Some(send::views::outcome(&recalled.send, &figures)),
            validate_only: recalled.validate_only,
        }))
    }

    async fn get_gift_by_code(
        &self,
        request: Request<pb::GetGiftByCodeRequest>,
    ) -> Result<Response<pb::ReceivedGift>, Status> {
        let address = caller_of(&request).address;
        let code = Typed(GiftCode::parse(&request.into_inner().code)?);
        let received = self.flow.run_own(LookUpGift { code, address }).await?;
        Ok(Response::new(views::received(received)))
    }

    async fn claim_gift(&self, request: Request<pb::ClaimGiftRequest>) -> Result<Response<pb::ReceivedGift>, Status> {
        let parse = |m: pb::ClaimGiftRequest| Ok(ClaimGift { code: Typed(GiftCode::parse(&m.code)?) });
        self.flow.write(request, parse, views::received).await
    }

    async fn decline_gift(
        &self,
        request: Request<pb::DeclineGiftRequest>,
    ) -> Result<Response<pb::ReceivedGift>, Status> {
        let parse = |m: pb::DeclineGiftRequest| Ok(DeclineGift { code: Typed(GiftCode::parse(&m.code)?) });
        self.flow.write(request, parse, views::received).await
    }

    async fn redeem_gift(&self, request: Request<pb::RedeemGiftRequest>) -> Result<Response<pb::RedeemedGift>, Status> {
        let parse = |m: pb::RedeemGiftRequest| {
            let f = Fields::new();
            let reference = f.word("wallet_reference", text::line(&m.wallet_reference, LONGEST_REFERENCE));
            let (gift, reference) = f.all((f.parse("gift_id", &m.gift_id), reference))?;
            Ok(RedeemGift { gift, reference })
        };
        let render = |redeemed: Redeemed| pb::RedeemedGift {
            gift_id: redeemed.gift.to_string(),
            amount: money(redeemed.amount),
            wallet_reference: redeemed.reference,
            redeem_time: timestamp(redeemed.at),
        };
        self.flow.write(request, parse, render).await
    }
}

/// Chosen ones, each once, or all (`None`): one of the two must be said.
pub(super) fn chosen<T: FromStr<Err = Wrong> + Ord>(
    f: &Fields,
    field: &str,
    ids: &[String],
    all: bool,
) -> Option<Option<Vec<T>>> {
    const ALL_OR_CHOSEN: Wrong = Wrong::new(
        "ALL_OR_CHOSEN",
        "Choose 1 to 1,000, or say all: not both.",
        "1~1,000건을 선택하거나 전체를 선택하세요.",
    );
    let some = (1..=MOST_CHOSEN).contains(&ids.len());
    f.must(if all { ids.is_empty() } else { some }, field, ALL_OR_CHOSEN)?;
    if all {
        return Some(None);
    }
    let mut chosen: Vec<T> = ids.iter().map(|id| f.parse(field, id)).collect::<Option<_>>()?;
    chosen.sort();
    chosen.dedup();
    Some(Some(chosen))
}
