//! Invitations.

use contract::identity::v1::{self as pb, invitation_service_server::InvitationService};
use tonic::{Request, Response, Status};

use super::{Asked, Rpc};
use crate::{
    account::Account,
    invitation::{Invitation, accept, accept_voucher, invite, resend, revoke, views},
};

#[tonic::async_trait]
impl InvitationService for Rpc {
    async fn invite_administrator(
        &self,
        request: Request<pb::InviteAdministratorRequest>,
    ) -> Result<Response<pb::Invitation>, Status> {
        self.flow.write(request, invite::parse, Invitation::render).await
    }

    async fn resend_invitation(
        &self,
        request: Request<pb::ResendInvitationRequest>,
    ) -> Result<Response<pb::Invitation>, Status> {
        self.flow.write(request, resend::parse, Invitation::render).await
    }

    async fn revoke_invitation(
        &self,
        request: Request<pb::RevokeInvitationRequest>,
    ) -> Result<Response<pb::Invitation>, Status> {
        self.flow.write(request, revoke::parse, Invitation::render).await
    }

    async fn get_invitation(
        &self,
        request: Request<pb::GetInvitationRequest>,
    ) -> Result<Response<pb::GetInvitationReply>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn accept_invitation(
        &self,
        request: Request<pb::AcceptInvitationRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        self.flow.write(request, accept::parse, Account::render).await
    }

    async fn accept_voucher_invitation(
        &self,
        request: Request<pb::AcceptVoucherInvitationRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = accept_voucher::parse(&self.documents(), &asked.message)?;
        verb.hashed = self.hash(&verb.contact).await?;
        self.done(asked.caller, asked.id, verb, Account::render).await
    }
}
