//! Index definitions: what they may say, and what they come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mongodb::bson::{Bson, Document};

use super::analyzers::Analyzer;
use super::failure::{Parse, Reader};

pub(super) enum Definition {
    Text(TextIndex),
    Vector(VectorIndex),
}

pub(super) struct VectorIndex {
    pub(super) vectors: BTreeMap<String, VectorField>,
    pub(super) filters: BTreeSet<String>,
}

pub(super) struct VectorField {
    pub(super) dimensions: usize,
    pub(super) similarity: &'static str,
}

pub(super) struct TextIndex {
    analyzers: BTreeMap<String, Arc<Analyzer>>,
    /// How strings are analyzed that `dynamic` maps.
    default: Pair,
    is_dynamic: bool,
    fields: BTreeMap<String, Vec<Field>>,
}

/// The analyzers of documents and of queries.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) documents: Arc<Analyzer>,
    pub(super) queries: Arc<Analyzer>,
}

enum Field {
    Text {
        own: Pair,
        multi: BTreeMap<String, Pair>,
    },
    Token {
        is_lowercase: bool,
    },
    /// `boolean`, `number`, `date`, `objectId` or `uuid`.
    Plain(&'static str),
}

const PLAIN: [&str; 5] = ["boolean", "number", "date", "objectId", "uuid"];
const OTHER_TYPES: [&str; 8] =
    ["autocomplete", "embeddedDocuments", "geo", "dateFacet", "numberFacet", "stringFacet", "knnVector", "vector"];

impl Definition {
    /// One entry of `createSearchIndexes.indexes`: its name, its definition as it stands there, and what it says.
    pub(super) fn of_spec<'a>(at: &str, spec: &'a Bson) -> Parse<(&'a str, &'a Document, Self)> {
        let mut reader = Reader::of(at, spec)?;
        let name = reader.string("name")?.unwrap_or("default");
        if name.starts_with('$') || name.contains('\0') {
            return Err(reader.fault("name", "must not start with '$' and must not contain a null character"));
        }
        let kind = reader.choice("type", &["search", "vectorSearch"])?.unwrap_or("search");
        let Bson::Document(document) = reader.required("definition")? else {
            return Err(reader.fault("definition", "must be a document"));
        };
        let definition = Self::parse(kind, &reader.at("definition"), document)?;
        reader.finish()?;
        Ok((name, document, definition))
    }

    pub(super) fn parse(kind: &str, at: &str, document: &Document) -> Parse<Self> {
        let reader = Reader::new(at, document);
        match kind {
            "vectorSearch" => VectorIndex::parse(reader).map(Self::Vector),
            _ => TextIndex::parse(reader).map(Self::Text),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "search",
            Self::Vector(_) => "vectorSearch",
        }
    }
}

impl VectorIndex {
    fn parse(mut reader: Reader<'_>) -> Parse<Self> {
        reader.not_imitated(&["storedSource", "nestedRoot"])?;
        reader.integer("numPartitions", 1, 64)?;
        let Some(Bson::Array(specs)) = reader.optional("fields") else {
            return Err(reader.fault("fields", "is required and must be an array"));
        };
        let (mut vectors, mut filters) = (BTreeMap::new(), BTreeSet::new());
        for (at, spec) in specs.iter().enumerate() {
            let mut field = Reader::of(reader.at(&format!("fields[{at}]")), spec)?;
            let kind = field.choice("type", &["vector", "filter", "autoEmbed"])?;
            let path = field.required_string("path")?.to_owned();
            if vectors.contains_key(&path) || filters.contains(&path) {
                return Err(field.fault("path", format!("is there twice: {path}")));
            }
            match kind {
                Some("vector") => drop(vectors.insert(path, VectorField::parse(&mut field)?)),
                Some("filter") => drop(filters.insert(path)),
                Some(_) => return Err(field.fault("type", "autoEmbed is not imitated by the test double")),
                None => return Err(field.fault("type", "is required")),
            }
            field.finish()?;
        }
        if vectors.is_empty() {
            return Err(reader.fault("fields", "must contain at least one vector field"));
        }
        reader.finish()?;
        Ok(Self { vectors, filters })
    }
}

impl VectorField {
    fn parse(reader: &mut Reader<'_>) -> Parse<Self> {
        let dimensions = reader.integer("numDimensions", 1, 8192)?;
        let dimensions = dimensions.ok_or_else(|| reader.fault("numDimensions", "is required"))?;
        let similarity = reader.choice("similarity", &["cosine", "dotProduct", "euclidean"])?;
        let similarity = similarity.ok_or_else(|| reader.fault("similarity", "is required"))?;
        let quantization = reader.choice("quantization", &["none", "scalar", "binary"])?;
        if quantization == Some("binary") && dimensions % 8 != 0 {
            return Err(reader.fault("numDimensions", "must be a multiple of 8 for binary quantization"));
        }
        let method = reader.choice("indexingMethod", &["hnsw", "flat"])?;
        if let Some(mut options) = reader.document("hnswOptions")? {
            if method == Some("flat") {
                return Err(reader.fault("hnswOptions", "is only for hnsw"));
            }
            options.integer("maxEdges", 16, 64)?;
            options.integer("numEdgeCandidates", 100, 3200)?;
            options.finish()?;
        }
        Ok(Self { dimensions: usize::try_from(dimensions).expect("it is positive"), similarity })
    }
}

impl TextIndex {
    fn parse(mut reader: Reader<'_>) -> Parse<Self> {
        reader.not_imitated(&["storedSource", "synonyms", "typeSets"])?;
        reader.integer("numPartitions", 1, 4)?;
        let mut analyzers = BTreeMap::new();
        if let Some(specs) = reader.optional("analyzers") {
            let Bson::Array(specs) = specs else { return Err(reader.fault("analyzers", "must be an array")) };
            for (at, spec) in specs.iter().enumerate() {
                let place = reader.at(&format!("analyzers[{at}]"));
                let (name, analyzer) = Analyzer::parse(Reader::of(place.as_str(), spec)?)?;
                if analyzers.insert(name.clone(), analyzer).is_some() {
                    return Err(format!("\"{place}.name\" is there twice: {name}"));
                }
            }
        }
        let standard = Analyzer::built_in("lucene.standard").expect("it is built in");
        let mut index = Self {
            analyzers,
            default: Pair { documents: Arc::clone(&standard), queries: standard },
            is_dynamic: false,
            fields: BTreeMap::new(),
        };
        let inherited = index.default.clone();
        index.default = index.pair(&mut reader, &inherited)?;
        let Some(mut mappings) = reader.document("mappings")? else {
            return Err(reader.fault("mappings", "is required"));
        };
        index.is_dynamic = mappings.boolean("dynamic")?.unwrap_or(false);
        let fields = mappings.document("fields")?.is_some();
        if let (true, Some(Bson::Document(fields))) = (fields, mappings.optional("fields")) {
            index.add_fields("", &mappings.at("fields"), fields)?;
        }
        if !index.is_dynamic && index.fields.is_empty() {
            return Err("Attribute mappings missing.".to_owned());
        }
        mappings.finish()?;
        reader.finish()?;
        Ok(index)
    }

    /// The analyzers that a place names, or those that it inherits.
    fn pair(&self, reader: &mut Reader<'_>, inherited: &Pair) -> Parse<Pair> {
        let documents = self.analyzer(reader, "analyzer")?;
        let queries = self.analyzer(reader, "searchAnalyzer")?;
        let queries = queries.or_else(|| documents.clone()).unwrap_or_else(|| Arc::clone(&inherited.queries));
        Ok(Pair { documents: documents.unwrap_or_else(|| Arc::clone(&inherited.documents)), queries })
    }

    fn analyzer(&self, reader: &mut Reader<'_>, field: &'static str) -> Parse<Option<Arc<Analyzer>>> {
        let Some(name) = reader.string(field)? else { return Ok(None) };
        match self.analyzers.get(name).cloned().or_else(|| Analyzer::built_in(name)) {
            Some(found) => Ok(Some(found)),
            None => Err(reader.fault(field, format!("is not a known or imitated analyzer: {name}"))),
        }
    }

    fn add_fields(&mut self, prefix: &str, at: &str, fields: &Document) -> Parse<()> {
        for (name, specs) in fields {
            let (path, at) = (format!("{prefix}{name}"), format!("{at}.{name}"));
            let specs = match specs {
                Bson::Array(specs) if specs.is_empty() => return Err(format!("\"{at}\" cannot be empty")),
                Bson::Array(specs) => specs.iter().collect(),
                single => vec![single],
            };
            for spec in specs {
                self.add_field(&path, Reader::of(at.as_str(), spec)?)?;
            }
        }
        Ok(())
    }

    fn add_field(&mut self, path: &str, mut reader: Reader<'_>) -> Parse<()> {
        let kind = reader.required_string("type")?;
        let field = match kind {
            "string" => {
                let own = self.pair(&mut reader, &self.default.clone())?;
                self.string_options(&mut reader)?;
                let mut multi = BTreeMap::new();
                let specs = reader.document("multi")?.is_some();
                if let (true, Some(Bson::Document(specs))) = (specs, reader.optional("multi")) {
                    for (name, spec) in specs {
                        let mut other = Reader::of(reader.at(&format!("multi.{name}")), spec)?;
                        if other.required_string("type")? != "string" {
                            return Err(other.fault("type", "must be string"));
                        }
                        multi.insert(name.clone(), self.pair(&mut other, &own)?);
                        self.string_options(&mut other)?;
                        other.finish()?;
                    }
                }
                Field::Text { own, multi }
            }
            "token" => {
                let normalizer = reader.choice("normalizer", &["lowercase", "none"])?;
                Field::Token { is_lowercase: normalizer == Some("lowercase") }
            }
            "document" => {
                reader.not_imitated(&["dynamic"])?;
                let has_fields = reader.document("fields")?.is_some();
                if let (true, Some(Bson::Document(fields))) = (has_fields, reader.optional("fields")) {
                    self.add_fields(&format!("{path}."), &reader.at("fields"), fields)?;
                }
                return reader.finish();
            }
            other => match PLAIN.iter().find(|each| **each == other) {
                Some(plain) => Field::Plain(plain),
                None if OTHER_TYPES.contains(&other) => {
                    return Err(reader.fault("type", format!("{other} is not imitated by the test double")));
                }
                None => return Err(reader.fault("type", format!("is not a known type of field: {other}"))),
            },
        };
        reader.finish()?;
        self.fields.entry(path.to_owned()).or_default().push(field);
        Ok(())
    }

    /// What changes nothing that a term query sees; other similarities are not imitated.
    fn string_options(&self, reader: &mut Reader<'_>) -> Parse<()> {
        reader.not_imitated(&["similarity", "ignoreAbove"])?;
        reader.choice("indexOptions", &["docs", "freqs", "positions", "offsets"])?;
        reader.boolean("store")?;
        reader.choice("norms", &["include", "omit"])?;
        Ok(())
    }

    /// What has to be read of the documents.
    pub(super) fn projection(&self) -> Document {
        if self.is_dynamic {
            return Document::new();
        }
        // A path and one below it cannot both be asked for.
        let is_below = |path: &str| self.fields.keys().any(|other| path.starts_with(&format!("{other}.")));
        self.fields.keys().filter(|path| !is_below(path)).map(|path| (path.clone(), Bson::Int32(1))).collect()
    }

    /// How a path is searched for words, where it is at all.
    pub(super) fn text(&self, path: &str, multi: Option<&str>) -> Option<Pair> {
        let Some(fields) = self.fields.get(path) else {
            return (self.is_dynamic && multi.is_none()).then(|| self.default.clone());
        };
        fields.iter().find_map(|field| match (field, multi) {
            (Field::Text { own, .. }, None) => Some(own.clone()),
            (Field::Text { multi, .. }, Some(name)) => multi.get(name).cloned(),
            _ => None,
        })
    }

    /// Whether the values of a path are compared in lower case; an error where they are not indexed for comparing.
    pub(super) fn comparison(&self, path: &str, kind: &str) -> Parse<bool> {
        let fields = self.fields.get(path).map(Vec::as_slice).unwrap_or_default();
        let found = fields.iter().find_map(|field| match field {
            Field::Token { is_lowercase } if kind == "token" => Some(*is_lowercase),
            Field::Plain(plain) if *plain == kind => Some(false),
            _ => None,
        });
        match found {
            Some(is_lowercase) => Ok(is_lowercase),
            None if kind == "null" || self.is_dynamic && fields.is_empty() && kind != "token" => Ok(false),
            None => Err(format!("Path '{path}' needs to be indexed as {kind}")),
        }
    }
}
