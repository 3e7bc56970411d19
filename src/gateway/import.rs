//! Taking over the servers of a desktop client.

use serde::Serialize;
use serde_json::Value;

use super::Gateway;
use crate::error::{Error, Kind, Result};
use crate::model::{Server, TenantId};
use crate::registry::{Imported, read_import};

/// What became of one entry of an imported file.
#[derive(Debug, Serialize)]
pub struct ImportedServer {
    /// The server; the name in the file, where it cannot be one.
    pub name: String,
    /// `added`, `exists` (and was kept as it was) or `invalid`.
    pub status: &'static str,
    /// What is wrong with it.
    pub error: Option<String>,
    /// The kind of that.
    #[serde(skip)]
    pub kind: Option<Kind>,
}

impl Gateway {
    /// Registers the servers of a client's `mcpServers` document; with `dry_run`, says what would become of each.
    ///
    /// # Errors
    /// When it is no such document; the store's.
    pub async fn import_servers(
        &self,
        tenant: &TenantId,
        document: &Value,
        dry_run: bool,
    ) -> Result<Vec<ImportedServer>> {
        let mut imported = Vec::new();
        for Imported { name, server } in read_import(document)? {
            let name = server.as_ref().map_or(name, |server| server.name.to_string());
            let outcome = match server {
                Ok(server) if dry_run => self.could_add(tenant, &server).await,
                Ok(server) => self.add_server(tenant, &server).await,
                Err(error) => Err(error),
            };
            let (status, error, kind) = match outcome {
                Ok(()) => ("added", None, None),
                Err(error) if error.kind() == Kind::Conflict => ("exists", None, None),
                Err(error) if error.kind() == Kind::StoreUnavailable => return Err(error),
                Err(error) => ("invalid", Some(error.chain()), Some(error.kind())),
            };
            imported.push(ImportedServer { name, status, error, kind });
        }
        Ok(imported)
    }

    /// What adding it would say.
    async fn could_add(&self, tenant: &TenantId, server: &Server) -> Result<()> {
        self.check_new(server)?;
        if self.registry.has(tenant, &server.name).await? {
            return Err(Error::new(Kind::Conflict, format!("server `{}` exists already", server.name)));
        }
        Ok(())
    }
}
