//! Site users as they are shown.

use contract::membership::v1 as pb;
use flow::{Page, Read, Stop};

use super::{Seated, Seats, release::Released, table};
use crate::membership::views::{used_of, visible};

/// `ListSiteUsers`.
pub async fn list(read: Read, m: pb::ListSiteUsersRequest) -> Result<pb::ListSiteUsersReply, Stop> {
    let membership = visible(&read, &m.site_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &m.site_id)?;
    let mut users = table::page(read.conn(), membership.site(), &page).await?;
    let next_page_token = page.cut(&mut users, |(user, _)| user.as_str().to_owned());
    let seats = Seats::of(&membership);
    let render = |(user, admitted_at)| render(Seated { site: membership.site(), user, admitted_at, seats });
    Ok(pb::ListSiteUsersReply { users: users.into_iter().map(render).collect(), next_page_token })
}

/// As the wire has it.
pub fn render(seated: Seated) -> pb::SiteUser {
    pb::SiteUser {
        site_id: seated.site.to_string(),
        user_id: seated.user.as_str().to_owned(),
        admitted_at: contract::timestamp(seated.admitted_at),
        seats: Some(seats(seated.seats)),
    }
}

/// As the wire has it.
pub fn render_released(released: Released) -> pb::ReleaseUserReply {
    pb::ReleaseUserReply { released: released.released, seats: Some(seats(released.seats)) }
}

fn seats(seats: Seats) -> pb::UsedOf {
    used_of(seats.used, seats.contracted, seats.complimentary)
}
