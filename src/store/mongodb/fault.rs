//! What the driver and the server say, as our errors.

use mongodb::error::{Error as DriverError, ErrorKind, WriteFailure};

use crate::error::{Error, Kind};

/// The server's error code, whatever the driver wraps it in.
pub(crate) fn code(error: &DriverError) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Some(concern.code),
        ErrorKind::InsertMany(many) => many.write_errors.as_ref()?.first().map(|first| first.code),
        _ => None,
    }
}

/// Another document has the key.
pub(super) const DUPLICATE_KEY: i32 = 11000;
pub(super) const NAMESPACE_EXISTS: i32 = 48;
const UNAUTHORIZED: i32 = 13;
const AUTHENTICATION_FAILED: i32 = 18;
/// Transactions and change streams on a server that is no replica set.
const NO_REPLICA_SET: [i32; 2] = [20, 40573];
const TOO_LARGE: [i32; 3] = [10334, 17419, 17420];
/// The primary steps down, shuts down, or is not one any more.
const NO_PRIMARY: [i32; 6] = [91, 189, 10107, 11600, 11602, 13435];

/// The error of a call on the store `name`.
pub(super) fn fault(name: &str, error: DriverError) -> Error {
    let (kind, what, help) = match (error.kind.as_ref(), code(&error)) {
        (ErrorKind::Authentication { .. }, _) | (_, Some(AUTHENTICATION_FAILED)) => (
            Kind::StoreUnavailable,
            "refused the credentials",
            "check user, password and `authSource` in MONGODB_URI; special characters in a password are written as %XX",
        ),
        (_, Some(UNAUTHORIZED)) => (
            Kind::StoreUnavailable,
            "does not allow this user to do that",
            "give the user `readWriteAnyDatabase` (or readWrite, dbAdmin and changeStream on the gateway's databases); see docs/mongodb.md",
        ),
        (_, Some(found)) if NO_REPLICA_SET.contains(&found) => (Kind::StoreUnavailable, NOT_A_SET, NOT_A_SET_HELP),
        (_, Some(found)) if TOO_LARGE.contains(&found) => {
            (Kind::InvalidInput, "takes no document larger than 16 MiB", "make the document smaller")
        }
        (_, Some(found)) if NO_PRIMARY.contains(&found) => {
            (Kind::StoreUnavailable, "has no primary at the moment", "try again; an election takes some seconds")
        }
        (ErrorKind::ServerSelection { .. } | ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. }, _) => (
            Kind::StoreUnavailable,
            "cannot be reached",
            "is it running, and may this machine connect (on Atlas: the IP access list)? Check MONGODB_URI; a replica set that calls itself by other names needs `directConnection=true`",
        ),
        (ErrorKind::DnsResolve { .. }, _) => {
            (Kind::StoreUnavailable, "has a name that DNS does not know", "check the host in MONGODB_URI")
        }
        (ErrorKind::InvalidTlsConfig { .. }, _) => {
            (Kind::StoreUnavailable, "cannot be reached over TLS", "check the tls options in MONGODB_URI")
        }
        _ => (Kind::StoreUnavailable, "failed", "run `mcpgw doctor`"),
    };
    // Of the driver's text only what happened: labels and raw answers are for its authors.
    Error::new(kind, format!("store `{name}` {what}")).source(error.kind.to_string()).help(help)
}

const NOT_A_SET: &str = "is no replica set, which transactions and change streams need";
const NOT_A_SET_HELP: &str =
    "start mongod with `--replSet rs0` and run `rs.initiate()` once; one member is enough. See docs/mongodb.md";

/// A server without a replica set, found when connecting.
pub(super) fn standalone(name: &str) -> Error {
    Error::new(Kind::StoreUnavailable, format!("store `{name}` {NOT_A_SET}")).help(NOT_A_SET_HELP)
}
