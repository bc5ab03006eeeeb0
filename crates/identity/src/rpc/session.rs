//! Sessions: a password is checked before the transaction, and its try counted before it is checked.

use contract::identity::v1::{self as pb, session_service_server::SessionService};
use tonic::{Request, Response, Status};

use super::{Asked, Rpc};
use crate::session::{SignedIn, confirm_login, end, login, logout::Logout, refresh, sign_in_with_product, views};

#[tonic::async_trait]
impl SessionService for Rpc {
    async fn login(&self, request: Request<pb::LoginRequest>) -> Result<Response<pb::LoginReply>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = login::parse(asked.message)?;
        let checked = self.check((&asked.caller, asked.id, &verb), &verb.login_id, &verb.password).await?;
        (verb.checked, verb.rehash) = (checked.kept, checked.rehash);
        self.done(asked.caller, asked.id, verb, SignedIn::render).await
    }

    async fn confirm_login(
        &self,
        request: Request<pb::ConfirmLoginRequest>,
    ) -> Result<Response<pb::LoginReply>, Status> {
        self.flow.write(request, confirm_login::parse, SignedIn::render).await
    }

    async fn sign_in_with_product(
        &self,
        request: Request<pb::SignInWithProductRequest>,
    ) -> Result<Response<pb::LoginReply>, Status> {
        self.flow.write(request, sign_in_with_product::parse, SignedIn::render).await
    }

    async fn refresh_session(
        &self,
        request: Request<pb::RefreshSessionRequest>,
    ) -> Result<Response<pb::LoginReply>, Status> {
        self.flow.write(request, refresh::parse, SignedIn::render).await
    }

    async fn logout(&self, request: Request<pb::LogoutRequest>) -> Result<Response<pb::LogoutReply>, Status> {
        self.flow.write(request, |_| Ok(Logout), |()| pb::LogoutReply {}).await
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn end_session(
        &self,
        request: Request<pb::EndSessionRequest>,
    ) -> Result<Response<pb::EndSessionReply>, Status> {
        self.flow.write(request, end::parse, |ended| pb::EndSessionReply { ended }).await
    }

    async fn get_key_set(
        &self,
        request: Request<pb::GetKeySetRequest>,
    ) -> Result<Response<pb::GetKeySetReply>, Status> {
        self.flow.read(request, views::key_set).await
    }
}
