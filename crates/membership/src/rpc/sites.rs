//! Sites, and the users in their seats.

use contract::membership::v1::{self as pb, site_service_server::SiteService, user_service_server::UserService};
use flow::{Fields, Refusal};
use tonic::{Request, Response, Status, async_trait};
use words::Wrong;

use super::{Rpc, site};
use crate::{
    settings::Settings,
    site::{
        Domain, Prefix,
        confirm_address::ConfirmSiteAddress,
        set_address::{Address, SetSiteAddress},
        views as sites,
    },
    user::{admit::AdmitUser, release::ReleaseUser, views as users},
};

#[async_trait]
impl SiteService for Rpc {
    async fn get_site(&self, request: Request<pb::GetSiteRequest>) -> Result<Response<pb::Site>, Status> {
        self.flow.read(request, sites::get).await
    }

    async fn list_sites(&self, request: Request<pb::ListSitesRequest>) -> Result<Response<pb::ListSitesReply>, Status> {
        self.flow.read(request, sites::list).await
    }

    async fn set_site_address(
        &self,
        request: Request<pb::SetSiteAddressRequest>,
    ) -> Result<Response<pb::Site>, Status> {
        let settings = self.flow.part::<Settings>();
        self.flow.write(request, |m| parse_address(m, &settings), |site| sites::render(&settings, site)).await
    }

    async fn confirm_site_address(
        &self,
        request: Request<pb::ConfirmSiteAddressRequest>,
    ) -> Result<Response<pb::Site>, Status> {
        let settings = self.flow.part::<Settings>();
        let parse = |m: pb::ConfirmSiteAddressRequest| Ok(ConfirmSiteAddress { site: site(&m.site_id)? });
        self.flow.write(request, parse, |site| sites::render(&settings, site)).await
    }
}

fn parse_address(m: pb::SetSiteAddressRequest, settings: &Settings) -> Result<SetSiteAddress, Refusal> {
    use pb::set_site_address_request::Address as Wish;
    let f = Fields::new();
    let address = match &m.address {
        Some(Wish::Prefix(text)) => {
            f.word("prefix", Prefix::parse(text, &settings.reserved_prefixes)).map(Address::Prefix)
        }
        Some(Wish::Domain(text)) => f.word("domain", Domain::parse(text, &settings.site_domain)).map(Address::Domain),
        None => f.word("prefix", Err(Wrong::MISSING)),
    };
    let (address,) = f.all((address,))?;
    Ok(SetSiteAddress { site: site(&m.site_id)?, address })
}

#[async_trait]
impl UserService for Rpc {
    async fn admit_user(&self, request: Request<pb::AdmitUserRequest>) -> Result<Response<pb::SiteUser>, Status> {
        let parse = |m: pb::AdmitUserRequest| {
            let f = Fields::new();
            let (user,) = f.all((f.parse("user_id", &m.user_id),))?;
            Ok(AdmitUser { site: site(&m.site_id)?, user })
        };
        self.change(request, parse, |seated| seated.site, users::render).await
    }

    async fn release_user(
        &self,
        request: Request<pb::ReleaseUserRequest>,
    ) -> Result<Response<pb::ReleaseUserReply>, Status> {
        let parse = |m: pb::ReleaseUserRequest| {
            let f = Fields::new();
            let (user,) = f.all((f.parse("user_id", &m.user_id),))?;
            Ok(ReleaseUser { site: site(&m.site_id)?, user })
        };
        self.change(request, parse, |released| released.site, users::render_released).await
    }

    async fn list_site_users(
        &self,
        request: Request<pb::ListSiteUsersRequest>,
    ) -> Result<Response<pb::ListSiteUsersReply>, Status> {
        self.flow.read(request, users::list).await
    }
}
