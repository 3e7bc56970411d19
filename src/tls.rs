//! Whom we trust when we connect to others over TLS.

use rustls::{ClientConfig, RootCertStore};

/// TLS with the system's certificates. A system without any can still reach plain HTTP servers.
pub fn client_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        tracing::warn!(
            "the system has no certificate authorities; servers on https cannot be verified and will be refused"
        );
    }
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
