//! Settlements.

use contract::voucher::v1::{self as pb, settlement_service_server::SettlementService};
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::settlement::views;

#[tonic::async_trait]
impl SettlementService for Rpc {
    async fn get_settlement(
        &self,
        request: Request<pb::GetSettlementRequest>,
    ) -> Result<Response<pb::Settlement>, Status> {
        self.flow.read(request, views::get).await
    }
}
