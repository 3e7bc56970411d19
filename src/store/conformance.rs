//! What every store has to do, as one suite. It panics on the first deviation, so it is called from tests;
//! it lives here so that an engine and its contract are read together.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Change, ChangeFeed, Collection, CollectionSpec, Document, Event, Expect, Home, Query, ResumeToken, Series, Store,
    database_name,
};
use crate::error::Kind;
use crate::model::{Embedding, Tenant, TenantId, Timestamp};

/// The collections that the suite's store has to be opened with.
pub const COLLECTIONS: &[&CollectionSpec] = &[Tenant::SPEC, &NOTES, &SAMPLES];

const NOTES: CollectionSpec = CollectionSpec {
    fields: &["group"],
    unique: &["alias"],
    vectors: &["embedding"],
    watched: true,
    ..CollectionSpec::new("notes", Home::Tenant)
};

const SAMPLES: CollectionSpec = CollectionSpec {
    series: Some(Series { time: "at", group: "source", keep: Duration::from_secs(3600) }),
    ..CollectionSpec::new("samples", Home::Tenant)
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: String,
    group: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(default)]
    embedding: Embedding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl Document for Note {
    const SPEC: &'static CollectionSpec = &NOTES;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

fn note(id: &str, group: &str, text: &str) -> Note {
    let (id, group, text) = (id.to_owned(), group.to_owned(), text.to_owned());
    Note { id, group, text, alias: None, embedding: Embedding(vec![0.5, -0.25]), expires_at: None }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    #[serde(rename = "_id")]
    id: String,
    at: Timestamp,
    source: String,
    value: f64,
}

impl Document for Sample {
    const SPEC: &'static CollectionSpec = &SAMPLES;

    fn id(&self) -> &str {
        &self.id
    }
}

fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant id")
}

fn ids(found: &[super::Stored<Note>]) -> Vec<&str> {
    found.iter().map(|each| each.value.id.as_str()).collect()
}

/// Runs the suite on an empty `store`; `again` opens the same one as another process would.
///
/// # Panics
/// On the first deviation, with what was expected.
pub async fn run(store: Arc<dyn Store>, again: Arc<dyn Store>) {
    documents_are_kept_and_compared(&store).await;
    queries_filter_order_and_page(&store).await;
    batches_are_all_or_nothing(&store).await;
    unique_fields_are_unique(&store).await;
    series_are_added_to(&store).await;
    series_are_read_by_time(&store).await;
    series_take_each_document_once(&store, &again).await;
    tenants_do_not_meet(&store).await;
    tenants_are_provisioned_once(&store, &again).await;
    documents_expire(&store).await;
    feeds_see_every_change_in_order(&store, &again).await;
    lost_tokens_are_said(&store).await;
    writers_in_two_processes_lose_nothing(&store, &again).await;
}

async fn documents_are_kept_and_compared(store: &Arc<dyn Store>) {
    let notes = Collection::<Note>::of_tenant(store, &tenant("docs"));
    assert!(notes.get("a").await.expect("get").is_none());
    let first = note("a", "g", "naïve “quotes” \u{1F600} \0 end");
    let created = notes.put(&first, Expect::Absent).await.expect("create");
    assert!(created > 0);
    let twice = notes.put(&first, Expect::Absent).await.expect_err("it is there");
    assert_eq!(twice.kind(), Kind::Conflict);
    assert!(twice.message().contains("`a`"), "{twice}");
    let stored = notes.get("a").await.expect("get").expect("it was created");
    assert_eq!((stored.value, stored.revision), (first.clone(), created));
    let updated = notes.put(&note("a", "g", "2"), Expect::Revision(created)).await.expect("update");
    assert!(updated > created);
    let stale = notes.put(&note("a", "g", "3"), Expect::Revision(created)).await.expect_err("stale");
    assert_eq!(stale.kind(), Kind::Conflict);
    assert_eq!(notes.get("a").await.expect("get").expect("there").value.text, "2");
    assert!(notes.delete("a").await.expect("delete"));
    assert!(!notes.delete("a").await.expect("delete again"));
    let gone = notes.put(&first, Expect::Revision(updated)).await.expect_err("gone");
    assert_eq!(gone.kind(), Kind::Conflict);
    let again = notes.put(&first, Expect::Absent).await.expect("create again");
    assert!(again > updated, "a revision came back: what was read before the removal could overwrite this one");
    store.ping().await.expect("ping");
}

async fn queries_filter_order_and_page(store: &Arc<dyn Store>) {
    let notes = Collection::<Note>::of_tenant(store, &tenant("queries"));
    let all: Vec<Note> =
        [("c", "x"), ("a", "x"), ("b", "y"), ("d", "x'; --")].iter().map(|(id, group)| note(id, group, "")).collect();
    notes.replace(&all, &[]).await.expect("write");
    assert_eq!(ids(&notes.find(&Query::all()).await.expect("find")), ["a", "b", "c", "d"]);
    let x = Query::all().equals("group", "x");
    assert_eq!(ids(&notes.find(&x).await.expect("find")), ["a", "c"]);
    assert_eq!(notes.count(&x).await.expect("count"), 2);
    assert_eq!(ids(&notes.find(&x.clone().after("a")).await.expect("find")), ["c"]);
    assert_eq!(ids(&notes.find(&x.limit(1)).await.expect("find")), ["a"]);
    assert_eq!(ids(&notes.find(&Query::all().equals("group", "x'; --")).await.expect("find")), ["d"]);
    assert!(store.tenants().await.expect("tenants").contains(&tenant("queries")));
}

async fn batches_are_all_or_nothing(store: &Arc<dyn Store>) {
    let notes = Collection::<Note>::of_tenant(store, &tenant("batches"));
    notes.put(&note("old", "g", "1"), Expect::Absent).await.expect("create");
    notes.replace(&[note("new", "g", "1")], &["old".to_owned(), "never".to_owned()]).await.expect("replace");
    assert_eq!(ids(&notes.find(&Query::all()).await.expect("find")), ["new"]);
    let revision = notes.get("new").await.expect("get").expect("there").revision;
    assert_eq!(notes.revisions().await.expect("revisions"), [("new".to_owned(), revision)]);
    let place = super::Place { collection: &NOTES, tenant: Some(tenant("batches")) };
    let put = |id: &str, expect| super::Write::Put {
        id: id.to_owned(),
        body: serde_json::to_string(&note(id, "g", "")).expect("json"),
        expires_at: None,
        expect,
    };
    let failed = store.write(&place, vec![put("one", Expect::Any), put("new", Expect::Absent)]).await;
    assert_eq!(failed.expect_err("the second write conflicts").kind(), Kind::Conflict);
    assert!(notes.get("one").await.expect("get").is_none(), "half a batch was kept");
    let each =
        store.write_each(&place, vec![put("one", Expect::Any), put("new", Expect::Absent), put("two", Expect::Absent)]);
    assert_eq!(each.await.expect("each by itself"), [true, false, true]);
    assert_eq!(ids(&notes.find(&Query::all()).await.expect("find")), ["new", "one", "two"]);
    notes.replace(&[], &["one".to_owned(), "two".to_owned()]).await.expect("removed");
    let many: Vec<Note> = (0..1_200).map(|number| note(&format!("{number:04}"), "g", "")).collect();
    notes.replace(&many, &["new".to_owned()]).await.expect("many");
    notes.replace(&many, &[]).await.expect("all of them again");
    assert_eq!(notes.count(&Query::all()).await.expect("count"), 1_200);
}

async fn unique_fields_are_unique(store: &Arc<dyn Store>) {
    let notes = Collection::<Note>::of_tenant(store, &tenant("unique"));
    let named = |id: &str, alias: &str| Note { alias: Some(alias.to_owned()), ..note(id, "g", "") };
    notes.put(&named("one", "x"), Expect::Any).await.expect("put");
    for id in ["without", "without either"] {
        notes.put(&note(id, "g", ""), Expect::Any).await.expect("a document may be without");
    }
    notes.put(&named("one", "x"), Expect::Any).await.expect("its own is no other's");
    let alone = notes.put(&named("two", "x"), Expect::Any).await.expect_err("taken");
    let batch = [note("three", "g", ""), named("two", "x")];
    let together = notes.replace(&batch, &[]).await.expect_err("taken");
    for error in [alone, together] {
        assert_eq!(error.kind(), Kind::Conflict, "{error:?}");
        assert!(error.message().contains("`two`") && error.message().contains("alias"), "{error}");
    }
    assert!(notes.get("three").await.expect("get").is_none(), "half a batch was kept");
    let elsewhere = Collection::<Note>::of_tenant(store, &tenant("unique-2"));
    elsewhere.put(&named("two", "x"), Expect::Any).await.expect("another tenant's");
}

async fn series_are_added_to(store: &Arc<dyn Store>) {
    let samples = Collection::<Sample>::of_tenant(store, &tenant("series"));
    let now = Timestamp::now();
    let sample = |id: &str, value| Sample { id: id.to_owned(), at: now, source: "s".to_owned(), value };
    samples.put(&sample("1", 0.5), Expect::Any).await.expect("add");
    samples.replace(&[sample("2", 1.0), sample("3", -7.25)], &[]).await.expect("add");
    let found = samples.find(&Query::all()).await.expect("find");
    let found: Vec<Sample> = found.into_iter().map(|each| each.value).collect();
    assert_eq!(found, [sample("1", 0.5), sample("2", 1.0), sample("3", -7.25)]);
    assert_eq!(samples.count(&Query::all()).await.expect("count"), 3);
    assert_eq!(samples.delete("1").await.expect_err("it is a record").kind(), Kind::InvalidInput);
}

async fn series_are_read_by_time(store: &Arc<dyn Store>) {
    let samples = Collection::<Sample>::of_tenant(store, &tenant("series-time"));
    let start = Timestamp::now();
    let at = |second: u64| start.plus(Duration::from_secs(second));
    let sample = |id: &str, second| Sample { id: id.to_owned(), at: at(second), source: "s".to_owned(), value: 0.0 };
    let all = [sample("d", 0), sample("b", 1), sample("c", 1), sample("a", 2), sample("e", 3)];
    samples.replace(&all, &[]).await.expect("add");
    for (query, expected) in [
        (Query::all(), "dbcae"),
        (Query::all().newest_first(), "eacbd"),
        (Query::all().since(at(1)), "bcae"),
        (Query::all().before(at(2)), "dbc"),
        (Query::all().since(at(1)).before(at(3)), "bca"),
        (Query::all().since(at(1)).before(at(3)).newest_first().limit(2), "ac"),
        (Query::all().past(at(1), "b").limit(2), "ca"),
        (Query::all().ahead_of(at(1), "c").newest_first(), "bd"),
        (Query::all().since(at(4)), ""),
    ] {
        let found = samples.find(&query).await.expect("find");
        let found: String = found.into_iter().map(|each| each.value.id).collect();
        assert_eq!(found, expected, "{query:?}");
        assert!(samples.count(&query).await.expect("count") as usize == expected.len() || query.limit.is_some());
    }
}

async fn series_take_each_document_once(store: &Arc<dyn Store>, again: &Arc<dyn Store>) {
    let own = tenant("series-once");
    let now = Timestamp::now();
    let samples = Collection::<Sample>::of_tenant(store, &own);
    let kept = |numbers: std::ops::Range<usize>| -> Vec<(String, String)> {
        let sample = |number: usize| {
            let at = now.plus(Duration::from_millis(number as u64));
            Sample { id: format!("{number:04}"), at, source: format!("s{}", number % 3), value: 1.0 }
        };
        numbers.map(sample).map(|it| (it.id.clone(), serde_json::to_string(&it).expect("JSON"))).collect()
    };
    assert_eq!(samples.add(kept(0..100), Expect::Absent).await.expect("add"), 100);
    // Somebody does it again who does not know whether it was done.
    let elsewhere = Collection::<Sample>::of_tenant(again, &own);
    assert_eq!(elsewhere.add(kept(50..150), Expect::Absent).await.expect("add"), 50);
    assert_eq!(samples.add(kept(0..150), Expect::Absent).await.expect("add"), 0);
    let found = samples.find(&Query::all()).await.expect("find");
    let ids: HashSet<&str> = found.iter().map(|each| each.value.id.as_str()).collect();
    assert_eq!((found.len(), ids.len()), (150, 150), "each once");
}

async fn tenants_are_provisioned_once(store: &Arc<dyn Store>, again: &Arc<dyn Store>) {
    let own = tenant("Pro.Vision-ed");
    let (first, second) = tokio::join!(store.provision(&own), again.provision(&own));
    let (first, second) = (first.expect("provision"), second.expect("provision"));
    assert_eq!(first, second);
    assert_eq!(store.provision(&own).await.expect("again"), first);
    assert_eq!(first.id, own);
    let name = &first.database;
    assert!(name.ends_with(&database_name("", &own)) && name.len() <= 63, "{name}");
    assert_ne!(database_name("x", &own), database_name("x", &tenant("pro.vision-ed")), "cases are kept apart");
    assert!(store.tenants().await.expect("tenants").contains(&own));
    let long = tenant(&"x".repeat(64));
    assert!(database_name(&"p".repeat(32), &long).len() <= 63);
}

async fn tenants_do_not_meet(store: &Arc<dyn Store>) {
    let one = Collection::<Note>::of_tenant(store, &tenant("one"));
    let two = Collection::<Note>::of_tenant(store, &tenant("two"));
    one.put(&note("same", "g", "one"), Expect::Absent).await.expect("create");
    two.put(&note("same", "g", "two"), Expect::Absent).await.expect("create");
    assert!(one.delete("same").await.expect("delete"));
    assert_eq!(two.get("same").await.expect("get").expect("the other tenant's").value.text, "two");
    assert_eq!(one.count(&Query::all()).await.expect("count"), 0);
}

async fn documents_expire(store: &Arc<dyn Store>) {
    let notes = Collection::<Note>::of_tenant(store, &tenant("expiry"));
    let mut short = note("short", "g", "");
    short.expires_at = Some(Timestamp::now().plus(Duration::from_secs(2)));
    notes.put(&note("long", "g", ""), Expect::Absent).await.expect("create");
    notes.put(&short, Expect::Absent).await.expect("create");
    assert_eq!(notes.count(&Query::all()).await.expect("count"), 2);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(notes.get("short").await.expect("get").is_none(), "an expired document was returned");
    assert_eq!(ids(&notes.find(&Query::all()).await.expect("find")), ["long"]);
    notes.put(&short, Expect::Absent).await.expect("an expired document counts as absent");
    store.sweep().await.expect("sweep");
    assert_eq!(notes.count(&Query::all()).await.expect("count"), 1);
}

async fn changes_until(feed: &mut Box<dyn ChangeFeed>, tenant: &TenantId, count: usize) -> (Vec<String>, ResumeToken) {
    let mut seen = Vec::new();
    let mut last = None;
    while seen.len() < count {
        let event = tokio::time::timeout(Duration::from_secs(5), feed.next()).await.expect("a change within 5 s");
        let Event::Changes(changes, token) = event.expect("the feed") else { panic!("the feed was lost") };
        let of_tenant = |change: Change| (change.tenant.as_ref() == Some(tenant)).then_some(change.id);
        seen.extend(changes.into_iter().filter_map(of_tenant));
        last = Some(token);
    }
    (seen, last.expect("a token"))
}

async fn feeds_see_every_change_in_order(store: &Arc<dyn Store>, again: &Arc<dyn Store>) {
    let own = tenant("feed");
    let mut feed = store.watch(None).await.expect("watch");
    let elsewhere = Collection::<Note>::of_tenant(again, &own);
    elsewhere.put(&note("1", "g", ""), Expect::Any).await.expect("put");
    elsewhere.put(&note("2", "g", ""), Expect::Any).await.expect("put");
    elsewhere.delete("1").await.expect("delete");
    let (seen, token) = changes_until(&mut feed, &own, 3).await;
    assert_eq!(seen, ["1", "2", "1"]);
    elsewhere.put(&note("3", "g", ""), Expect::Any).await.expect("put");
    let mut resumed = again.watch(Some(token)).await.expect("resume");
    assert_eq!(changes_until(&mut resumed, &own, 1).await.0, ["3"], "a resumed feed starts after its token");
    assert_eq!(changes_until(&mut feed, &own, 1).await.0, ["3"]);
}

async fn lost_tokens_are_said(store: &Arc<dyn Store>) {
    let mut feed = store.watch(Some(ResumeToken("no token of ours".to_owned()))).await.expect("watch");
    let Event::Lost(token) = feed.next().await.expect("the feed") else { panic!("a foreign token was accepted") };
    let notes = Collection::<Note>::of_tenant(store, &tenant("lost"));
    notes.put(&note("after", "g", ""), Expect::Any).await.expect("put");
    assert_eq!(changes_until(&mut feed, &tenant("lost"), 1).await.0, ["after"], "the feed goes on from {token:?}");
}

async fn writers_in_two_processes_lose_nothing(store: &Arc<dyn Store>, again: &Arc<dyn Store>) {
    let own = tenant("writers");
    let mut tasks = Vec::new();
    for (writer, handle) in [store, again, store, again].into_iter().enumerate() {
        let notes = Collection::<Note>::of_tenant(handle, &own);
        tasks.push(tokio::spawn(async move {
            for number in 0..25 {
                notes.put(&note(&format!("{writer}-{number}"), "g", ""), Expect::Absent).await.expect("put");
            }
        }));
    }
    for task in tasks {
        task.await.expect("a writer");
    }
    let found = Collection::<Note>::of_tenant(again, &own).find(&Query::all()).await.expect("find");
    assert_eq!(found.iter().map(|each| each.value.id.clone()).collect::<HashSet<_>>().len(), 100);
}
