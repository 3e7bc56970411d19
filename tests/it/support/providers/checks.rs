//! What the documentation of each API says of a request.

use serde_json::{Map, Value};

use super::answers::Refusal;
use super::{Api, Asked, Behaviour, KEY, Role};

/// Headers that carry credentials; a provider wants none but its own.
const CREDENTIALS: [&str; 7] = [
    "authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "proxy-authorization",
    "cookie",
];

/// What Gemini knows as `taskType`.
const TASKS: [&str; 9] = [
    "TASK_TYPE_UNSPECIFIED",
    "RETRIEVAL_QUERY",
    "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",
    "CLASSIFICATION",
    "CLUSTERING",
    "QUESTION_ANSWERING",
    "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
];

/// What becomes of a text that is too long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overlong {
    /// Refused: the API has no switch.
    Refused,
    /// Refused because the caller wants that.
    RefusedAsAsked,
    Cut,
}

/// A request that is as documented.
pub(super) struct Request {
    model: String,
    pub(super) texts: Vec<String>,
    pub(super) role: Role,
    /// How many of the dimensions are wanted.
    pub(super) width: Option<usize>,
    /// Whether vectors are wanted as base64.
    pub(super) is_base64: bool,
    overlong: Overlong,
}

/// Reads a request, or says what is wrong with it.
pub(super) fn check(asked: &Asked, api: Api, model: &str, behaviour: &Behaviour) -> Result<Request, Refusal> {
    if asked.method != "POST" {
        return Err(Refusal::Method);
    }
    let (path, query) = asked.path.split_once('?').map_or((asked.path.as_str(), None), |(path, it)| (path, Some(it)));
    let named = route(api, path).ok_or(Refusal::Path)?;
    if !is_query_good(api, query) {
        return Err(malformed("the query is not as documented"));
    }
    check_credentials(asked, api)?;
    let media_type = asked.header("content-type").and_then(|it| it.split(';').next()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(malformed("the content type is not application/json"));
    }
    let body: Value = serde_json::from_str(&asked.body).map_err(|_| malformed("the body is not JSON"))?;
    let mut request = match api {
        Api::Ollama => ollama(&body)?,
        Api::OpenAi => open_ai(&body)?,
        Api::AzureOpenAi => azure(&body, named)?,
        Api::Voyage => voyage(&body)?,
        Api::Gemini => gemini(&body, named)?,
    };
    if !is_same_model(api, &request.model, model) {
        return Err(Refusal::UnknownModel(request.model));
    }
    measure(&request, api, model, behaviour)?;
    if let Some(prefixes) = prefixes(api, model) {
        (request.texts, request.role) = stripped(&request.texts, prefixes)?;
    }
    Ok(request)
}

pub(super) fn malformed(what: impl Into<String>) -> Refusal {
    Refusal::Malformed(what.into())
}

/// What the path names: the deployment of Azure, the model of Gemini.
fn route(api: Api, path: &str) -> Option<&str> {
    let (start, end) = match api {
        Api::Ollama => ("/api/embed", ""),
        Api::OpenAi | Api::Voyage => ("/v1/embeddings", ""),
        Api::AzureOpenAi => ("/openai/deployments/", "/embeddings"),
        Api::Gemini => ("/v1beta/models/", ":batchEmbedContents"),
    };
    let named = path.strip_prefix(start)?.strip_suffix(end)?;
    (named.is_empty() == end.is_empty() && !named.contains('/')).then_some(named)
}

/// Azure wants a version, and the others nothing.
fn is_query_good(api: Api, query: Option<&str>) -> bool {
    if api != Api::AzureOpenAi {
        return query.is_none();
    }
    let Some(version) = query.and_then(|it| it.strip_prefix("api-version=")) else { return false };
    let day = version.strip_suffix("-preview").unwrap_or(version);
    day.len() == 10
        && day.bytes().enumerate().all(|(at, it)| if matches!(at, 4 | 7) { it == b'-' } else { it.is_ascii_digit() })
}

fn check_credentials(asked: &Asked, api: Api) -> Result<(), Refusal> {
    let (name, scheme) = match api {
        Api::AzureOpenAi => ("api-key", ""),
        Api::Gemini => ("x-goog-api-key", ""),
        Api::Ollama | Api::OpenAi | Api::Voyage => ("authorization", "Bearer "),
    };
    if let Some(other) = CREDENTIALS.iter().find(|other| **other != name && asked.header(other).is_some()) {
        return Err(malformed(format!("the header {other} is another API's")));
    }
    match (asked.header(name), api) {
        // Ollama itself knows no keys; what is in front of it may.
        (None, Api::Ollama) => Ok(()),
        (None, _) => Err(Refusal::Key { fault: Some(format!("no header {name}")) }),
        (Some(shown), _) => match shown.strip_prefix(scheme) {
            None => Err(Refusal::Key { fault: Some(format!("{name} is not of the form {scheme}KEY")) }),
            Some(key) if key == KEY => Ok(()),
            Some(_) => Err(Refusal::Key { fault: None }),
        },
    }
}

/// The members of an object.
struct Members<'a> {
    object: &'a Map<String, Value>,
    /// Whether null is as good as nothing.
    is_nullable: bool,
}

impl<'a> Members<'a> {
    fn of(value: &'a Value, documented: &[&str]) -> Result<Self, Refusal> {
        let object = value.as_object().ok_or_else(|| malformed("something is not an object"))?;
        match object.keys().find(|name| !documented.contains(&name.as_str())) {
            Some(unknown) => Err(malformed(format!("{unknown} is not a documented member"))),
            None => Ok(Self { object, is_nullable: false }),
        }
    }

    fn get<T>(&self, name: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Refusal> {
        match self.object.get(name) {
            None => Ok(None),
            Some(Value::Null) if self.is_nullable => Ok(None),
            Some(value) => {
                read(value).map(Some).ok_or_else(|| malformed(format!("{name} has an undocumented value or type")))
            }
        }
    }

    fn required<T>(&self, name: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<T, Refusal> {
        self.get(name, read)?.ok_or_else(|| malformed(format!("{name} is missing")))
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name, Value::as_str)
    }

    fn one_of(&self, name: &str, documented: &[&str]) -> Result<Option<&'a str>, Refusal> {
        self.get(name, |value| value.as_str().filter(|it| documented.contains(it)))
    }

    fn width(&self, name: &str) -> Result<Option<usize>, Refusal> {
        self.get(name, |value| value.as_u64().and_then(|it| usize::try_from(it).ok()).filter(|it| *it > 0))
    }

    fn model(&self) -> Result<String, Refusal> {
        self.required("model", Value::as_str).map(str::to_owned)
    }

    /// One text or a list of them.
    fn input(&self) -> Result<Vec<String>, Refusal> {
        self.required("input", |value| match value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
            _ => None,
        })
    }

    /// What the member that cuts overlong texts, on if unsaid, says.
    fn overlong(&self, name: &str) -> Result<Overlong, Refusal> {
        let is_cut = self.get(name, Value::as_bool)?.unwrap_or(true);
        Ok(if is_cut { Overlong::Cut } else { Overlong::RefusedAsAsked })
    }
}

fn ollama(body: &Value) -> Result<Request, Refusal> {
    let members = Members::of(body, &["model", "input", "truncate", "dimensions", "keep_alive", "options"])?;
    members.text("keep_alive")?;
    members.get("options", Value::as_object)?;
    Ok(Request {
        model: members.model()?,
        texts: members.input()?,
        role: Role::Unstated,
        width: members.width("dimensions")?,
        is_base64: false,
        overlong: members.overlong("truncate")?,
    })
}

fn open_ai(body: &Value) -> Result<Request, Refusal> {
    let members = Members::of(body, &["model", "input", "encoding_format", "dimensions", "user"])?;
    openai_request(&members, members.model()?)
}

/// The same without a model, which is the deployment's.
fn azure(body: &Value, deployment: &str) -> Result<Request, Refusal> {
    let members = Members::of(body, &["input", "encoding_format", "dimensions", "user", "input_type"])?;
    let task = members.text("input_type")?;
    let request = openai_request(&members, deployment.to_owned())?;
    Ok(Request { role: role_of(task, "query", "document"), ..request })
}

fn openai_request(members: &Members, model: String) -> Result<Request, Refusal> {
    members.text("user")?;
    Ok(Request {
        model,
        texts: members.input()?,
        role: Role::Unstated,
        width: members.width("dimensions")?,
        is_base64: members.one_of("encoding_format", &["float", "base64"])? == Some("base64"),
        overlong: Overlong::Refused,
    })
}

fn voyage(body: &Value) -> Result<Request, Refusal> {
    let documented =
        ["model", "input", "input_type", "truncation", "output_dimension", "output_dtype", "encoding_format"];
    let members = Members { is_nullable: true, ..Members::of(body, &documented)? };
    members.one_of("output_dtype", &["float"])?;
    Ok(Request {
        model: members.model()?,
        texts: members.input()?,
        role: role_of(members.one_of("input_type", &["query", "document"])?, "query", "document"),
        width: members.width("output_dimension")?,
        is_base64: members.one_of("encoding_format", &["base64"])?.is_some(),
        overlong: members.overlong("truncation")?,
    })
}

fn gemini(body: &Value, model: &str) -> Result<Request, Refusal> {
    let members = Members::of(body, &["requests"])?;
    let (mut texts, mut roles, mut widths) = (Vec::new(), Vec::new(), Vec::new());
    for request in members.required("requests", Value::as_array)? {
        let members = Members::of(request, &["model", "content", "taskType", "title", "outputDimensionality"])?;
        if members.model()? != format!("models/{model}") {
            return Err(malformed("a request names another model than the path"));
        }
        let task = members.one_of("taskType", &TASKS)?;
        if task.is_some() && model.starts_with("gemini-embedding-2") {
            return Err(malformed("taskType is not for this model, which reads its task in the text"));
        }
        if members.text("title")?.is_some() && task != Some("RETRIEVAL_DOCUMENT") {
            return Err(malformed("title is only for documents"));
        }
        let content = Members::of(members.required("content", Some)?, &["parts", "role"])?;
        content.text("role")?;
        let parts = content.required("parts", Value::as_array)?;
        let parts: Vec<&str> = parts
            .iter()
            .map(|part| Members::of(part, &["text"])?.required("text", Value::as_str))
            .collect::<Result<_, _>>()?;
        texts.push(parts.join("\n"));
        roles.push(role_of(task, "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT"));
        widths.push(members.width("outputDimensionality")?);
    }
    let width = one(&widths, "the requests of a batch want different widths")?.flatten();
    let role = one(&roles, "queries and documents are in one batch")?.unwrap_or(Role::Unstated);
    Ok(Request { model: model.to_owned(), texts, role, width, is_base64: false, overlong: Overlong::Refused })
}

fn role_of(task: Option<&str>, query: &str, document: &str) -> Role {
    match task {
        Some(task) if task == query => Role::Query,
        Some(task) if task == document => Role::Document,
        _ => Role::Unstated,
    }
}

/// What all the values are, if there are any.
fn one<T: Copy + PartialEq>(values: &[T], otherwise: &str) -> Result<Option<T>, Refusal> {
    let first = values.first().copied();
    if values.iter().any(|value| Some(*value) != first) { Err(malformed(otherwise)) } else { Ok(first) }
}

/// A model of Ollama's without a tag is the latest.
fn is_same_model(api: Api, named: &str, model: &str) -> bool {
    let plain = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_owned();
    if api == Api::Ollama { plain(named) == plain(model) } else { named == model }
}

/// Counts texts and tokens. Four bytes are a token: only what is clearly too much is refused.
fn measure(request: &Request, api: Api, model: &str, behaviour: &Behaviour) -> Result<(), Refusal> {
    let (limits, texts) = (api.limits(model), &request.texts);
    if texts.is_empty() {
        return Err(malformed("there is nothing to embed"));
    }
    if texts.len() > limits.texts {
        return Err(Refusal::TooMany { texts: texts.len(), limit: limits.texts });
    }
    // Ollama's documentation does not forbid them.
    if let Some(index) = texts.iter().position(String::is_empty).filter(|_| api != Api::Ollama) {
        return Err(malformed(format!("text {index} is empty")));
    }
    let limit = behaviour.context;
    let mut total = 0;
    for (index, text) in texts.iter().enumerate() {
        let tokens = text.len() / 4;
        if tokens > limit && request.overlong != Overlong::Cut {
            let is_fault = request.overlong == Overlong::Refused;
            return Err(Refusal::TooLong { index, tokens, limit, is_fault });
        }
        total += tokens.min(limit);
    }
    if total > limits.tokens {
        return Err(Refusal::TooMuch { tokens: total, limit: limits.tokens });
    }
    match request.width {
        Some(asked) if asked > behaviour.width => Err(Refusal::TooWide { asked, limit: behaviour.width }),
        _ => Ok(()),
    }
}

/// What stands before queries and documents for models that read their task in the text.
fn prefixes(api: Api, model: &str) -> Option<[&'static str; 2]> {
    let starts = |start: &str| model.starts_with(start);
    match api {
        Api::Ollama if starts("nomic-embed-text") => Some(["search_query: ", "search_document: "]),
        Api::Ollama if starts("embeddinggemma") => Some(["task: search result | query: ", "title: none | text: "]),
        Api::Gemini if starts("gemini-embedding-2") => Some(["task: search result | query: ", "title: none | text: "]),
        _ => None,
    }
}

/// The texts without their prefix, and what it says.
fn stripped(texts: &[String], [query, document]: [&str; 2]) -> Result<(Vec<String>, Role), Refusal> {
    let (texts, roles): (Vec<String>, Vec<Role>) = texts
        .iter()
        .map(|text| match (text.strip_prefix(query), text.strip_prefix(document)) {
            (Some(text), _) => (text.to_owned(), Role::Query),
            (_, Some(text)) => (text.to_owned(), Role::Document),
            _ => (text.clone(), Role::Unstated),
        })
        .unzip();
    let role = one(&roles, "queries and documents are in one batch")?.unwrap_or(Role::Unstated);
    Ok((texts, role))
}
