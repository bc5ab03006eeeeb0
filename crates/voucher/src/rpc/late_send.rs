//! Late sends.

use contract::voucher::v1::{self as pb, late_send_service_server::LateSendService};
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::late_send::views;

#[tonic::async_trait]
impl LateSendService for Rpc {
    async fn list_late_sends(
        &self,
        request: Request<pb::ListLateSendsRequest>,
    ) -> Result<Response<pb::ListLateSendsReply>, Status> {
        self.flow.read(request, views::list).await
    }
}
