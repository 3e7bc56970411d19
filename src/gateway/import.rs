//! Taking over the servers of a desktop client.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use url::{Host, Url};

use super::Gateway;
use crate::error::{Error, Kind, Result};
use crate::model::{Server, TenantId, Transport};
use crate::registry::{Imported, read_import};

/// What became of one entry of an imported file.
#[derive(Debug, Serialize)]
pub struct ImportedServer {
    /// The server; the name in the file, where it cannot be one.
    pub name: String,
    /// `added`, `exists` (and was kept as it was), `itself` (it is this gateway, which `connect` has put there) or
    /// `invalid`.
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
            if server.as_ref().is_ok_and(|server| self.is_itself(server)) {
                let error = Some("it is this gateway, which cannot stand behind itself".to_owned());
                imported.push(ImportedServer { name, status: "itself", error, kind: None });
                continue;
            }
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

    /// Whether it is what `mcpgw connect` writes: `mcpgw stdio`, or an address at which this gateway is configured to be.
    fn is_itself(&self, server: &Server) -> bool {
        match &server.transport {
            Transport::Stdio { command, args, .. } => {
                let is_ours = Path::new(command).file_name().is_some_and(|name| name == "mcpgw");
                is_ours && args.first().is_some_and(|word| word.expose() == "stdio")
            }
            Transport::StreamableHttp { url, .. } | Transport::Sse { url, .. } => {
                let (Ok(url), config) = (Url::parse(url), &self.config.serve) else { return false };
                let is_public = config.public_url.as_ref().is_some_and(|public| public.origin() == url.origin());
                let is_here = match url.host() {
                    Some(Host::Domain(name)) => name == "localhost",
                    Some(Host::Ipv4(address)) => address.is_loopback() || config.bind.ip() == address,
                    Some(Host::Ipv6(address)) => address.is_loopback() || config.bind.ip() == address,
                    None => false,
                };
                is_public || (is_here && url.port_or_known_default() == Some(config.bind.port()))
            }
        }
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
