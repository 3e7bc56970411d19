//! How a command fails, and a reader of documents that refuses what the grammar does not name.

use std::fmt::Display;

use mongodb::bson::{Bson, Document, doc};

/// What a client gets instead of an answer.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    Command {
        code: i32,
        message: String,
        labels: &'static [&'static str],
    },
    /// The real server is away, so the connection closes.
    Gone,
}

impl Failure {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self::Command { code, message: message.into(), labels: &[] }
    }

    /// What the search process says reaches the client through the server's executor and without a code.
    pub(super) fn query(message: impl Display) -> Self {
        Self::new(8, format!("PlanExecutor error during aggregation :: caused by :: {message}"))
    }

    /// A definition that the search process refuses.
    pub(super) fn definition(message: impl Into<String>) -> Self {
        Self::new(125, message)
    }

    /// As the body of a reply.
    pub(super) fn reply(&self) -> Option<Document> {
        let Self::Command { code, message, labels } = self else { return None };
        let mut reply = doc! { "ok": 0.0, "errmsg": message, "code": code, "codeName": name(*code) };
        if !labels.is_empty() {
            reply.insert("errorLabels", labels.to_vec());
        }
        Some(reply)
    }
}

impl From<mongodb::error::Error> for Failure {
    fn from(error: mongodb::error::Error) -> Self {
        match *error.kind {
            mongodb::error::ErrorKind::Command(command) => Self::new(command.code, command.message),
            _ => Self::Gone,
        }
    }
}

fn name(code: i32) -> String {
    let known = match code {
        2 => "BadValue",
        8 => "UnknownError",
        9 => "FailedToParse",
        13 => "Unauthorized",
        14 => "TypeMismatch",
        26 => "NamespaceNotFound",
        27 => "IndexNotFound",
        50 => "MaxTimeMSExpired",
        68 => "IndexAlreadyExists",
        72 => "InvalidOptions",
        125 => "CommandFailed",
        224 => "QueryFeatureNotAllowed",
        263 => "OperationNotSupportedInTransaction",
        489 => "SearchRequestRejectedDueToOverload",
        31082 => "SearchNotEnabled",
        _ => return format!("Location{code}"),
    };
    known.to_owned()
}

/// What was read, or a sentence about the first fault.
pub(super) type Parse<T> = Result<T, String>;

/// Reads the fields of a document and refuses those that nobody asked for.
pub(super) struct Reader<'a> {
    at: String,
    document: &'a Document,
    known: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(at: impl Into<String>, document: &'a Document) -> Self {
        Self { at: at.into(), document, known: Vec::new() }
    }

    pub(super) fn of(at: impl Into<String>, value: &'a Bson) -> Parse<Self> {
        let at = at.into();
        match value {
            Bson::Document(document) => Ok(Self::new(at, document)),
            _ => Err(format!("\"{at}\" must be a document")),
        }
    }

    /// The path of a field in messages.
    pub(super) fn at(&self, field: &str) -> String {
        if self.at.is_empty() { field.to_owned() } else { format!("{}.{field}", self.at) }
    }

    pub(super) fn fault(&self, field: &str, why: impl Display) -> String {
        format!("\"{}\" {why}", self.at(field))
    }

    pub(super) fn optional(&mut self, field: &'static str) -> Option<&'a Bson> {
        self.known.push(field);
        self.document.get(field)
    }

    pub(super) fn required(&mut self, field: &'static str) -> Parse<&'a Bson> {
        self.optional(field).ok_or_else(|| self.fault(field, "is required"))
    }

    pub(super) fn string(&mut self, field: &'static str) -> Parse<Option<&'a str>> {
        match self.optional(field) {
            None => Ok(None),
            Some(Bson::String(text)) if text.is_empty() => Err(self.fault(field, "cannot be empty")),
            Some(Bson::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.fault(field, "must be a string")),
        }
    }

    pub(super) fn required_string(&mut self, field: &'static str) -> Parse<&'a str> {
        self.string(field)?.ok_or_else(|| self.fault(field, "is required"))
    }

    /// One of `allowed`.
    pub(super) fn choice(&mut self, field: &'static str, allowed: &[&'static str]) -> Parse<Option<&'static str>> {
        let Some(text) = self.string(field)? else { return Ok(None) };
        match allowed.iter().find(|each| **each == text) {
            Some(found) => Ok(Some(found)),
            None => Err(self.fault(field, format!("must be one of {allowed:?}"))),
        }
    }

    pub(super) fn boolean(&mut self, field: &'static str) -> Parse<Option<bool>> {
        match self.optional(field) {
            None => Ok(None),
            Some(Bson::Boolean(value)) => Ok(Some(*value)),
            Some(_) => Err(self.fault(field, "must be a boolean")),
        }
    }

    pub(super) fn number(&mut self, field: &'static str) -> Parse<Option<f64>> {
        match self.optional(field) {
            None => Ok(None),
            Some(value) => match as_number(value) {
                Some(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(self.fault(field, "must be a number")),
            },
        }
    }

    /// A whole number within bounds.
    pub(super) fn integer(&mut self, field: &'static str, low: i64, high: i64) -> Parse<Option<i64>> {
        let Some(number) = self.number(field)? else { return Ok(None) };
        let whole = number as i64;
        if whole as f64 != number {
            return Err(self.fault(field, "must be an integer"));
        }
        if (low..=high).contains(&whole) {
            return Ok(Some(whole));
        }
        Err(self.fault(field, format!("must be within bounds [{low}, {high}]")))
    }

    pub(super) fn document(&mut self, field: &'static str) -> Parse<Option<Reader<'a>>> {
        let Some(value) = self.optional(field) else { return Ok(None) };
        Reader::of(self.at(field), value).map(Some)
    }

    /// An array, or one element that stands for it; with the path of each.
    pub(super) fn list(&mut self, field: &'static str) -> Parse<Vec<(String, &'a Bson)>> {
        let at = self.at(field);
        match self.optional(field) {
            None => Ok(Vec::new()),
            Some(Bson::Array(items)) if items.is_empty() => Err(self.fault(field, "cannot be empty")),
            Some(Bson::Array(items)) => {
                Ok(items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect())
            }
            Some(single) => Ok(vec![(at, single)]),
        }
    }

    /// A text or several.
    pub(super) fn strings(&mut self, field: &'static str) -> Parse<Vec<String>> {
        let texts = self.list(field)?.into_iter().map(|(at, value)| match value {
            Bson::String(text) if !text.is_empty() => Ok(text.clone()),
            Bson::String(_) => Err(format!("\"{at}\" cannot be empty")),
            _ => Err(format!("\"{at}\" must be a string")),
        });
        texts.collect()
    }

    /// Known to the real server and not imitated here, which has to be as loud as a fault.
    pub(super) fn not_imitated(&mut self, fields: &[&'static str]) -> Parse<()> {
        for &field in fields {
            if self.optional(field).is_some() {
                return Err(self.fault(field, "is not imitated by the test double"));
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Parse<()> {
        let Some(field) = self.document.keys().find(|field| !self.known.contains(&field.as_str())) else {
            return Ok(());
        };
        let place = if self.at.is_empty() { String::new() } else { format!("\"{}\" ", self.at) };
        Err(format!("{place}unrecognized field \"{field}\""))
    }
}

pub(super) fn as_number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}
