//! The subset of query expressions that `$vectorSearch.filter` takes; the real server then runs it.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, Document};

use super::failure::Parse;

/// Checks a filter and yields the paths it asks for.
pub(super) fn paths(at: &str, filter: &Document) -> Parse<Vec<String>> {
    let mut paths = Vec::new();
    check(at, filter, &mut paths)?;
    Ok(paths)
}

fn check(at: &str, filter: &Document, paths: &mut Vec<String>) -> Parse<()> {
    for (key, value) in filter {
        let at = format!("{at}.{key}");
        match (key.as_str(), value) {
            ("$and" | "$or" | "$nor", Bson::Array(parts)) if !parts.is_empty() => {
                for (index, part) in parts.iter().enumerate() {
                    let at = format!("{at}[{index}]");
                    let Bson::Document(part) = part else { return Err(format!("\"{at}\" must be a document")) };
                    check(&at, part, paths)?;
                }
            }
            ("$and" | "$or" | "$nor", Bson::Array(_)) => return Err(format!("\"{at}\" cannot be empty")),
            ("$and" | "$or" | "$nor", _) => return Err(format!("\"{at}\" must be an array")),
            (name, _) if name.starts_with('$') => return Err(format!("\"{at}\" is not a supported operator")),
            (path, Bson::Document(operators)) => {
                paths.push(path.to_owned());
                check_operators(&at, operators)?;
            }
            (path, value) => {
                paths.push(path.to_owned());
                kind(&at, value)?;
            }
        }
    }
    Ok(())
}

fn check_operators(at: &str, operators: &Document) -> Parse<()> {
    if operators.is_empty() {
        return Err(format!("\"{at}\" cannot be empty"));
    }
    for (name, value) in operators {
        let at = format!("{at}.{name}");
        match (name.as_str(), value) {
            ("$eq" | "$ne", value) => drop(kind(&at, value)?),
            ("$gt" | "$gte" | "$lt" | "$lte", Bson::Null) => return Err(format!("\"{at}\" cannot be null")),
            ("$gt" | "$gte" | "$lt" | "$lte", value) => drop(kind(&at, value)?),
            ("$in" | "$nin", Bson::Array(values)) => one_kind(&at, values)?,
            ("$in" | "$nin", _) => return Err(format!("\"{at}\" must be an array")),
            ("$exists", Bson::Boolean(_)) => {}
            ("$not", Bson::Document(inner)) => check_operators(&at, inner)?,
            _ => return Err(format!("\"{at}\" is not a supported operator")),
        }
    }
    Ok(())
}

/// A list of values for `$in` and the like: not empty, all of one type, none of them null.
pub(super) fn one_kind(at: &str, values: &[Bson]) -> Parse<()> {
    if values.is_empty() {
        return Err(format!("\"{at}\" cannot be empty"));
    }
    let mut kinds = values.iter().enumerate().map(|(index, value)| kind(&format!("{at}[{index}]"), value));
    let first = kinds.next().expect("at least one")?;
    for other in kinds {
        if other? != first {
            return Err(format!("\"{at}\" must contain elements of the same type"));
        }
    }
    if first == "null" { Err(format!("\"{at}\" cannot contain null")) } else { Ok(()) }
}

/// The type of a value that an index can be asked for.
pub(super) fn kind(at: &str, value: &Bson) -> Parse<&'static str> {
    Ok(match value {
        Bson::Boolean(_) => "boolean",
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) => "number",
        Bson::String(_) => "token",
        Bson::DateTime(_) => "date",
        Bson::ObjectId(_) => "objectId",
        Bson::Binary(binary) if binary.subtype == BinarySubtype::Uuid => "uuid",
        Bson::Null => "null",
        _ => {
            let allowed = "a boolean, objectId, number, string, date, uuid or null";
            return Err(format!("\"{at}\" must be {allowed}"));
        }
    })
}
