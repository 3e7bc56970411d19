//! What replicas tell one another of how much was asked.

use std::time::Duration;

use super::Gateway;
use crate::error::Result;
use crate::model::{RateWindows, Timestamp};
use crate::store::{Collection, Expect, Query};

/// A replica that has not told anything for this long is taken for gone.
const GONE_AFTER: Duration = Duration::from_secs(15);

impl Gateway {
    /// Tells what `replica` has counted and hears what the others have. How many others there are. `begins_round`
    /// unless the last attempt failed: what was admitted since is then still to be told.
    ///
    /// # Errors
    /// The store's. Limits then hold for this replica as they were.
    pub async fn share_rates(&self, replica: &str, begins_round: bool) -> Result<u32> {
        let shared = Collection::<RateWindows>::of_control(&self.store);
        let counts = self.quota.tell().into_iter().map(|(hash, parts)| (format!("{hash:016x}"), parts)).collect();
        let (part_ms, now) = (self.quota.part_ms(), Timestamp::now());
        let own = RateWindows { replica: replica.to_owned(), part_ms, counts, expires_at: now.plus(GONE_AFTER) };
        if begins_round {
            self.quota.next_round();
        }
        shared.put(&own, Expect::Any).await?;
        let all = shared.find_readable(&Query::all()).await?;
        let others = all.into_iter().filter_map(|(_, found)| found.ok()).map(|stored| stored.value);
        let others: Vec<RateWindows> = others
            .filter(|other| other.replica != replica && other.expires_at > now && other.part_ms == part_ms)
            .collect();
        let live = u32::try_from(others.len()).unwrap_or(u32::MAX);
        let told = others.into_iter().flat_map(|other| other.counts);
        let told = told.filter_map(|(hash, parts)| Some((u64::from_str_radix(&hash, 16).ok()?, parts)));
        self.quota.hear(live, told);
        Ok(live)
    }
}
