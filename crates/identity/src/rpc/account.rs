//! Accounts.

use contract::identity::v1::{self as pb, account_service_server::AccountService};
use tonic::{Request, Response, Status};

use super::{Asked, Rpc};
use crate::{
    account::{
        Account, change_password, grant_permission, revoke_permission, send_temporary_password, sign_up_individual,
        views,
    },
    password::Passwords,
};

#[tonic::async_trait]
impl AccountService for Rpc {
    async fn check_login_id(
        &self,
        request: Request<pb::CheckLoginIdRequest>,
    ) -> Result<Response<pb::CheckLoginIdReply>, Status> {
        self.flow.read(request, views::check_login_id).await
    }

    async fn sign_up_individual(
        &self,
        request: Request<pb::SignUpIndividualRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = sign_up_individual::parse(&self.documents(), asked.message)?;
        verb.hashed = self.hash(&verb.contact).await?;
        self.done(asked.caller, asked.id, verb, Account::render).await
    }

    async fn who_am_i(&self, request: Request<pb::WhoAmIRequest>) -> Result<Response<pb::WhoAmIReply>, Status> {
        self.flow.read(request, views::who_am_i).await
    }

    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::ChangePasswordReply>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = change_password::parse(asked.message)?;
        verb.checked = self.check((&asked.caller, asked.id, &verb), &verb.login_id, &verb.current).await?.kept;
        verb.hashed = self.flow.part::<Passwords>().hash(&verb.new).await?;
        self.done(asked.caller, asked.id, verb, |()| pb::ChangePasswordReply {}).await
    }

    async fn send_temporary_password(
        &self,
        request: Request<pb::SendTemporaryPasswordRequest>,
    ) -> Result<Response<pb::SendTemporaryPasswordReply>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = send_temporary_password::parse(asked.message)?;
        verb.hashed = self.flow.part::<Passwords>().hash(&verb.temporary).await?;
        self.done(asked.caller, asked.id, verb, |()| pb::SendTemporaryPasswordReply {}).await
    }

    async fn list_administrators(
        &self,
        request: Request<pb::ListAdministratorsRequest>,
    ) -> Result<Response<pb::ListAdministratorsReply>, Status> {
        self.flow.read(request, views::list_administrators).await
    }

    async fn grant_permission(
        &self,
        request: Request<pb::GrantPermissionRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        self.flow.write(request, grant_permission::parse, Account::render).await
    }

    async fn revoke_permission(
        &self,
        request: Request<pb::RevokePermissionRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        self.flow.write(request, revoke_permission::parse, Account::render).await
    }
}
