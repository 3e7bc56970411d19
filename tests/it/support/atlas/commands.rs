//! The index commands and `$listSearchIndexes`.

use mongodb::bson::{Bson, Document, doc};

use super::catalog::{Catalog, Index};
use super::definition::Definition;
use super::documents::Collection;
use super::failure::Failure;
use super::{Behaviour, State, lock};

/// What drivers add to every command.
const COMMON: [&str; 8] =
    ["$db", "lsid", "$clusterTime", "$readPreference", "comment", "apiVersion", "apiStrict", "apiDeprecationErrors"];

const NOT_ENABLED: &str = "Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires \
    additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information \
    on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs";
const QUOTA: &str = "The maximum number of FTS indexes has been reached for this instance size.";

/// Whether index commands are there at all for this user.
pub(super) fn allowed(behaviour: &Behaviour, database: &str, what: &str) -> Result<(), Failure> {
    if !behaviour.search {
        return Err(Failure::new(31082, NOT_ENABLED));
    }
    if !behaviour.index_privilege {
        return Err(Failure::new(13, format!("not authorized on {database} to execute command {{ {what} }}")));
    }
    Ok(())
}

/// Refuses what the command does not know, as the server's parser of commands does.
fn fields(command: &Document, name: &str, known: &[&str]) -> Result<(), Failure> {
    for field in command.keys().map(String::as_str) {
        if matches!(field, "readConcern" | "writeConcern") {
            return Err(Failure::new(72, format!("{name} does not support {field}")));
        }
        if field != name && !COMMON.contains(&field) && !known.contains(&field) {
            let text = format!("BSON field '{name}.{field}' is an unknown field.");
            return Err(Failure::new(40415, text));
        }
    }
    Ok(())
}

pub(super) async fn run(state: &State, name: &str, command: &Document) -> Result<Document, Failure> {
    let behaviour = state.behaviour();
    let database = command.get_str("$db").unwrap_or_default();
    let collection = command.get_str(name).map_err(|_| {
        Failure::new(14, format!("BSON field '{name}.{name}' is the wrong type, expected type 'string'"))
    })?;
    allowed(&behaviour, database, &format!("{name}: \"{collection}\""))?;
    match name {
        "createSearchIndexes" => fields(command, name, &["indexes"])?,
        "updateSearchIndex" => fields(command, name, &["name", "id", "definition"])?,
        _ => fields(command, name, &["name", "id"])?,
    }
    let collection = state.documents.collection(database, collection).await?;
    if collection.uuid.is_none() {
        let text = format!("Collection '{}.{}' does not exist.", collection.database, collection.name);
        return Err(Failure::new(26, text));
    }
    let mut catalog = lock(&state.catalog);
    match name {
        "createSearchIndexes" => create(&mut catalog, &collection, command, &behaviour),
        "updateSearchIndex" => update(&mut catalog, &collection, command, &behaviour),
        _ => {
            let id = chosen(&catalog, &collection, command)?;
            catalog.remove(&id);
            Ok(doc! { "ok": 1.0 })
        }
    }
}

fn create(
    catalog: &mut Catalog,
    collection: &Collection,
    command: &Document,
    behaviour: &Behaviour,
) -> Result<Document, Failure> {
    let missing = || Failure::new(40414, "BSON field 'createSearchIndexes.indexes' is missing but a required field");
    let specs = command.get_array("indexes").map_err(|_| missing())?;
    if specs.is_empty() {
        return Err(Failure::new(2, "\"indexes\" cannot be empty"));
    }
    let mut fresh: Vec<Index> = Vec::new();
    let mut created = Vec::new();
    for (at, spec) in specs.iter().enumerate() {
        let (name, document, definition) =
            Definition::of_spec(&format!("indexes[{at}]"), spec).map_err(Failure::definition)?;
        if let Some(known) = catalog.named(collection, name) {
            if known.document() != document || known.kind() != definition.kind() {
                let text = format!("Index {name} already exists with a different definition. Drop it first if needed.");
                return Err(Failure::new(68, text));
            }
            created.push(doc! { "id": &known.id, "name": name });
            continue;
        }
        if fresh.iter().any(|other| other.name == name) {
            return Err(Failure::new(68, format!("Duplicate index name {name} in one command.")));
        }
        let index = Index::new(collection, name, document.clone(), definition);
        created.push(doc! { "id": &index.id, "name": name });
        fresh.push(index);
    }
    if behaviour.index_quota.is_some_and(|quota| !fresh.is_empty() && catalog.len() + fresh.len() > quota) {
        return Err(Failure::new(8, QUOTA));
    }
    fresh.into_iter().for_each(|index| catalog.add(index));
    Ok(doc! { "ok": 1.0, "indexesCreated": created })
}

fn update(
    catalog: &mut Catalog,
    collection: &Collection,
    command: &Document,
    behaviour: &Behaviour,
) -> Result<Document, Failure> {
    let id = chosen(catalog, collection, command)?;
    let missing = || Failure::new(40414, "BSON field 'updateSearchIndex.definition' is missing but a required field");
    let document = command.get_document("definition").map_err(|_| missing())?;
    if let Some(index) = catalog.get_mut(&id) {
        let definition = Definition::parse(index.kind(), "definition", document).map_err(Failure::definition)?;
        if index.document() != document {
            index.update(document.clone(), definition, behaviour.build_delay);
        }
    }
    Ok(doc! { "ok": 1.0 })
}

/// The index that a command means by name or by id.
fn chosen(catalog: &Catalog, collection: &Collection, command: &Document) -> Result<String, Failure> {
    let (field, text) = match (command.get_str("name"), command.get_str("id")) {
        (Ok(name), Err(_)) => ("name", name),
        (Err(_), Ok(id)) => ("id", id),
        _ => return Err(Failure::new(72, "Exactly one of the fields 'name' and 'id' has to be given.")),
    };
    let is_it = |index: &&Index| if field == "name" { index.name == text } else { index.id == text };
    match catalog.of(collection).find(is_it) {
        Some(index) => Ok(index.id.clone()),
        None => {
            let namespace = format!("{}.{}", collection.database, collection.name);
            Err(Failure::new(27, format!("No index with {field} {text} exists in namespace {namespace}")))
        }
    }
}

/// The entries that `$listSearchIndexes` starts its pipeline with.
pub(super) async fn list(state: &State, database: &str, name: &str, spec: &Bson) -> Result<Vec<Document>, Failure> {
    let behaviour = state.behaviour();
    allowed(&behaviour, database, &format!("aggregate: \"{name}\", pipeline: [ {{ $listSearchIndexes"))?;
    let Bson::Document(spec) = spec else {
        return Err(Failure::new(14, "The $listSearchIndexes stage specification must be an object."));
    };
    if let Some(field) = spec.keys().find(|field| !matches!(field.as_str(), "name" | "id")) {
        let text = format!("BSON field '$listSearchIndexes.{field}' is an unknown field.");
        return Err(Failure::new(40415, text));
    }
    if spec.len() > 1 {
        return Err(Failure::new(72, "Cannot set both 'name' and 'id' for $listSearchIndexes."));
    }
    if spec.values().any(|value| value.as_str().is_none()) {
        return Err(Failure::new(14, "The fields of $listSearchIndexes must be strings."));
    }
    let collection = state.documents.collection(database, name).await?;
    let is_meant = |index: &&Index| {
        spec.get_str("name").map_or(true, |name| index.name == name)
            && spec.get_str("id").map_or(true, |id| index.id == id)
    };
    let catalog = lock(&state.catalog);
    Ok(catalog.of(&collection).filter(is_meant).map(|index| index.entry(behaviour.build_delay)).collect())
}
