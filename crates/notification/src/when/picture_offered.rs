//! Another service offers a picture to the messages that follow → it is kept (NO-1).

use contract::notification::v1::PictureOffered;
use flow::{Fault, Flow, Stop};

use crate::picture::{Picture, keep::KeepPicture};

/// See the module. What is not what its digest says is never kept: it becomes a dead letter.
pub async fn when(flow: Flow, fact: PictureOffered) -> Result<KeepPicture, Stop> {
    let data = contract::ask::open_picture(flow.sealer(), &fact.sealed).map_err(Fault::bug)?;
    if Picture::new(&fact.digest, data).is_none() {
        return Err(Fault::bug(anyhow::anyhow!("a picture is not what its digest says")).into());
    }
    Ok(KeepPicture { digest: fact.digest, sealed: fact.sealed })
}
