//! What a service is given to wire itself with.

use std::{path::PathBuf, sync::Arc};

use flow::Flow;
use object_store::{ObjectStore, local::LocalFileSystem};

use crate::token::{KeySet, TokenSigner};

/// See the module.
#[derive(Clone)]
pub struct Kit {
    pub(crate) flow: Flow,
    pub(crate) keys: KeySet,
    pub(crate) signer: TokenSigner,
    pub(crate) developer: bool,
    pub(crate) data_dir: PathBuf,
}

impl Kit {
    /// The pipeline on this service's database.
    pub fn flow(&self) -> Flow {
        self.flow.clone()
    }

    /// The keys tokens are verified with.
    pub fn keys(&self) -> KeySet {
        self.keys.clone()
    }

    /// The key tokens are signed with: identity's alone.
    pub fn signer(&self) -> TokenSigner {
        self.signer.clone()
    }

    /// Whether embedded adapters and developer RPCs are on. Never in production.
    pub fn developer(&self) -> bool {
        self.developer
    }

    /// Where files may be kept.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.data_dir
    }

    /// The object store of this service (ID-10): files on disk.
    pub fn files(&self) -> anyhow::Result<Arc<dyn ObjectStore>> {
        let folder = self.data_dir.join("files").join(self.flow.service());
        std::fs::create_dir_all(&folder)?;
        Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?))
    }
}
