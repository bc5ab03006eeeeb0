//! A phone's gifts.

use contract::voucher::v1::{self as pb, received_gift_service_server::ReceivedGiftService};
use flow::Fields;
use tonic::{Request, Response, Status};
use words::Secret;

use super::Rpc;
use crate::{
    gift::views::received,
    received_gift::{claim::ClaimReceivedGift, decline::DeclineReceivedGift, views},
};

#[tonic::async_trait]
impl ReceivedGiftService for Rpc {
    async fn list_received_gifts(
        &self,
        request: Request<pb::ListReceivedGiftsRequest>,
    ) -> Result<Response<pb::ListReceivedGiftsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn claim_received_gift(
        &self,
        request: Request<pb::ClaimReceivedGiftRequest>,
    ) -> Result<Response<pb::ReceivedGift>, Status> {
        let parse = |m: pb::ClaimReceivedGiftRequest| {
            let f = Fields::new();
            let (gift,) = f.all((f.parse("gift_id", &m.gift_id),))?;
            Ok(ClaimReceivedGift { gift, token: Secret::new(m.phone_token) })
        };
        self.flow.write(request, parse, received).await
    }

    async fn decline_received_gift(
        &self,
        request: Request<pb::DeclineReceivedGiftRequest>,
    ) -> Result<Response<pb::ReceivedGift>, Status> {
        let parse = |m: pb::DeclineReceivedGiftRequest| {
            let f = Fields::new();
            let (gift,) = f.all((f.parse("gift_id", &m.gift_id),))?;
            Ok(DeclineReceivedGift { gift, token: Secret::new(m.phone_token) })
        };
        self.flow.write(request, parse, received).await
    }
}
