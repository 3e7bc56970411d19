//! Listing tools: from the view, never from the servers, so that a slow or dead one hides nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Gateway, resolve};
use crate::auth::Action;
use crate::catalog::Listed;
use crate::error::{Error, Result};
use crate::model::{CacheHint, Principal, ToolId};

/// The largest page.
const MAX_PAGE: usize = 1000;
/// Marks our cursors, so that a foreign one is refused rather than guessed at.
pub(super) const CURSOR_PREFIX: &str = "t1.";

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// At the first tool.
    First,
    /// After this one, whether it still exists or not.
    After(ToolId),
    /// After so many.
    Offset(usize),
}

impl PageStart {
    /// Reads a cursor that [`Page::next`] gave; plain integers too where `offsets` says so.
    ///
    /// # Errors
    /// [`crate::error::Kind::InvalidInput`] for anything else.
    pub fn read(cursor: Option<&str>, offsets: bool) -> Result<Self> {
        let Some(cursor) = cursor else { return Ok(Self::First) };
        if let Some(offset) = cursor.parse().ok().filter(|_| offsets) {
            return Ok(Self::Offset(offset));
        }
        cursor
            .strip_prefix(CURSOR_PREFIX)
            .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(|id| Self::After(ToolId::stored(id)))
            .ok_or_else(|| {
                Error::invalid("the cursor is not one of ours")
                    .data(serde_json::json!({ "reason": "invalid_cursor" }))
                    .help("start again without a cursor")
            })
    }
}

/// One page of the tools that a caller may see, by id.
pub struct Page {
    /// The tools.
    pub tools: Vec<Listed>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How long the whole list may be kept.
    pub cache_hint: CacheHint,
}

impl Gateway {
    /// The tools that `principal` may see.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time.
    pub async fn list(&self, principal: &Principal, start: &PageStart, limit: Option<usize>) -> Result<Page> {
        let view = self.catalog.view(&principal.tenant).await?;
        let limit = limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let (after, skipped) = match start {
            PageStart::First => (None, 0),
            PageStart::After(id) => (Some(id), 0),
            PageStart::Offset(offset) => (None, *offset),
        };
        let (tools, next) = page_of(view.visible(principal, after).skip(skipped), limit);
        let access = view.access(principal);
        let servers =
            view.servers().filter(|server| server.is_enabled && access.server(Action::Discover, server.as_ref()));
        let cache_hint = CacheHint::of_all(servers.map(|server| server.tools_hint()));
        let cache_hint = cache_hint.for_caller(view.is_chosen_for(principal));
        Ok(Page { tools, next, cache_hint })
    }

    /// The tools that an operator wants listed beside the discovery tools, as far as `principal` may see them.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn pinned(&self, principal: &Principal) -> Result<Vec<Listed>> {
        let view = self.catalog.view(&principal.tenant).await?;
        let visible = view.visible(principal, None);
        Ok(visible.filter(|listed| listed.tool.is_pinned).cloned().collect())
    }

    /// One tool by the name a caller would call it by.
    ///
    /// # Errors
    /// Unknown and ambiguous names.
    pub async fn describe_tool(&self, principal: &Principal, name: &str) -> Result<Listed> {
        let view = self.catalog.view(&principal.tenant).await?;
        resolve(&view, principal, name, None, Action::Discover)
    }

    /// Tokens of the full list for this caller; where they were never counted, a token is four bytes of JSON.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn list_tokens(&self, principal: &Principal) -> Result<usize> {
        let view = self.catalog.view(&principal.tenant).await?;
        Ok(view.tokens(principal))
    }
}

/// As many as there is room for, and where the rest begins.
fn page_of<'a>(mut tools: impl Iterator<Item = &'a Listed>, limit: usize) -> (Vec<Listed>, Option<String>) {
    let page: Vec<Listed> = tools.by_ref().take(limit).cloned().collect();
    let next = tools.next().and(page.last());
    let next = next.map(|last| format!("{CURSOR_PREFIX}{}", URL_SAFE_NO_PAD.encode(last.tool.id.as_str())));
    (page, next)
}

/// A cursor of ours, an offset, or none.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = PageStart::read(Some(&text), true);
    // What we hand out means what it meant.
    let ours = format!("{CURSOR_PREFIX}{}", URL_SAFE_NO_PAD.encode(text.as_bytes()));
    match PageStart::read(Some(&ours), false) {
        Ok(PageStart::After(id)) => assert_eq!(id.as_str(), text),
        other => panic!("{ours} is {:?}", other.is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_ours_or_refused() {
        assert_eq!(PageStart::read(None, false).expect("none"), PageStart::First);
        assert_eq!(PageStart::read(Some("0"), true).expect("an offset"), PageStart::Offset(0));
        let ours = format!("{CURSOR_PREFIX}{}", URL_SAFE_NO_PAD.encode("a::b"));
        assert_eq!(PageStart::read(Some(&ours), false).expect("a cursor"), PageStart::After(ToolId::stored("a::b")));
        for bad in ["", "0", "t1.%%", "x", "-1"] {
            assert!(PageStart::read(Some(bad), false).is_err(), "{bad}");
        }
    }
}
