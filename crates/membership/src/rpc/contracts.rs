//! Memberships, and the questions products ask of them.

use contract::membership::v1::{
    self as pb, entitlement_service_server::EntitlementService, membership_service_server::MembershipService,
};
use flow::Fields;
use futures::{StreamExt, stream::BoxStream};
use tonic::{Request, Response, Status, async_trait};

use super::{Rpc, count, site};
use crate::{
    entitlement::{Features, views as entitlements},
    membership::{
        grant::GrantMembership,
        resume::ResumeMembership,
        suspend::SuspendMembership,
        views::{self, Status as MembershipStatus},
    },
    settings::Settings,
};

impl Rpc {
    fn render_status(&self) -> impl FnOnce(MembershipStatus) -> pb::MembershipStatus + use<> {
        let (settings, features) = (self.flow.part::<Settings>(), self.flow.part::<Features>());
        move |status| views::render(&settings, &features, status)
    }
}

#[async_trait]
impl MembershipService for Rpc {
    async fn get_membership_status(
        &self,
        request: Request<pb::GetMembershipStatusRequest>,
    ) -> Result<Response<pb::MembershipStatus>, Status> {
        self.flow.read(request, views::status).await
    }

    async fn get_membership_history(
        &self,
        request: Request<pb::GetMembershipHistoryRequest>,
    ) -> Result<Response<pb::GetMembershipHistoryReply>, Status> {
        self.flow.read(request, views::history).await
    }

    async fn get_membership_in_force(
        &self,
        request: Request<pb::GetMembershipInForceRequest>,
    ) -> Result<Response<pb::GetMembershipInForceReply>, Status> {
        self.flow.read(request, views::in_force_on).await
    }

    async fn grant_membership(
        &self,
        request: Request<pb::GrantMembershipRequest>,
    ) -> Result<Response<pb::MembershipStatus>, Status> {
        let parse = |m: pb::GrantMembershipRequest| {
            let f = Fields::new();
            let seats = f.word("complimentary_seats", count(m.complimentary_seats, 0));
            let storage_gb = f.word("complimentary_storage_gb", count(m.complimentary_storage_gb, 0));
            let (seats, storage_gb) = f.all((seats, storage_gb))?;
            Ok(GrantMembership { site: site(&m.site_id)?, seats, storage_gb })
        };
        self.change(request, parse, MembershipStatus::site, self.render_status()).await
    }

    async fn suspend_membership(
        &self,
        request: Request<pb::SuspendMembershipRequest>,
    ) -> Result<Response<pb::MembershipStatus>, Status> {
        let parse = |m: pb::SuspendMembershipRequest| Ok(SuspendMembership { site: site(&m.site_id)? });
        self.change(request, parse, MembershipStatus::site, self.render_status()).await
    }

    async fn resume_membership(
        &self,
        request: Request<pb::ResumeMembershipRequest>,
    ) -> Result<Response<pb::MembershipStatus>, Status> {
        let parse = |m: pb::ResumeMembershipRequest| Ok(ResumeMembership { site: site(&m.site_id)? });
        self.change(request, parse, MembershipStatus::site, self.render_status()).await
    }
}

#[async_trait]
impl EntitlementService for Rpc {
    async fn check_entitlement(
        &self,
        request: Request<pb::CheckEntitlementRequest>,
    ) -> Result<Response<pb::Entitlement>, Status> {
        self.flow.read(request, entitlements::check).await
    }

    async fn batch_check_entitlements(
        &self,
        request: Request<pb::BatchCheckEntitlementsRequest>,
    ) -> Result<Response<pb::BatchCheckEntitlementsReply>, Status> {
        self.flow.read(request, entitlements::batch).await
    }

    type WatchEntitlementsStream = BoxStream<'static, Result<pb::SiteEntitlements, Status>>;

    async fn watch_entitlements(
        &self,
        request: Request<pb::WatchEntitlementsRequest>,
    ) -> Result<Response<Self::WatchEntitlementsStream>, Status> {
        self.flow.read(request, |read, m| async { Ok(entitlements::watch(read, m).await?.boxed()) }).await
    }
}
