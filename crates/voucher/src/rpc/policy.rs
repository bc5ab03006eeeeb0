//! A company's rule for its sends.

use contract::voucher::v1::{self as pb, policy_service_server::PolicyService};
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::policy;

#[tonic::async_trait]
impl PolicyService for Rpc {
    async fn get_send_policy(
        &self,
        request: Request<pb::GetSendPolicyRequest>,
    ) -> Result<Response<pb::SendPolicy>, Status> {
        self.flow.read(request, policy::views::get).await
    }

    async fn set_send_policy(
        &self,
        request: Request<pb::SetSendPolicyRequest>,
    ) -> Result<Response<pb::SendPolicy>, Status> {
        self.flow.write(request, policy::set::parse, policy::views::render).await
    }
}
