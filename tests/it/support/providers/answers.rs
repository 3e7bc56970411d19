//! What the documentation of each API says of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::checks::Request;
use super::listener::{self, Said};
use super::{Api, Behaviour, vectors};

/// Why there are no vectors.
pub(super) enum Refusal {
    Method,
    Path,
    /// A key that is not good; a fault where none was shown as documented.
    Key {
        fault: Option<String>,
    },
    /// Not as documented.
    Malformed(String),
    UnknownModel(String),
    TooMany {
        texts: usize,
        limit: usize,
    },
    TooLong {
        index: usize,
        tokens: usize,
        limit: usize,
        /// Not where the caller asked for the refusal.
        is_fault: bool,
    },
    /// All texts together.
    TooMuch {
        tokens: usize,
        limit: usize,
    },
    /// More dimensions than the model has.
    TooWide {
        asked: usize,
        limit: usize,
    },
    Limited,
    Down,
}

impl Refusal {
    /// What the caller did wrong, if it did.
    pub(super) fn fault(&self) -> Option<String> {
        match self {
            Self::Method => Some("the method is not POST".to_owned()),
            Self::Path => Some("the path is not as documented".to_owned()),
            Self::Key { fault } => fault.clone(),
            Self::Malformed(what) => Some(what.clone()),
            Self::TooMany { texts, limit } => Some(format!("{texts} texts, where {limit} are the limit")),
            Self::TooLong { index, tokens, limit, is_fault: true } => {
                Some(format!("text {index} has {tokens} tokens, where {limit} are the limit"))
            }
            Self::TooMuch { tokens, limit } => Some(format!("{tokens} tokens in all, where {limit} are the limit")),
            Self::TooLong { .. } | Self::UnknownModel(_) | Self::TooWide { .. } | Self::Limited | Self::Down => None,
        }
    }

    fn status(&self, api: Api) -> u16 {
        match self {
            Self::Method => 405,
            Self::Path => 404,
            // Google calls a wrong key an invalid argument.
            Self::Key { .. } if api == Api::Gemini => 400,
            Self::Key { .. } => 401,
            Self::UnknownModel(_) if api != Api::Voyage => 404,
            Self::Limited => 429,
            Self::Down => 503,
            _ => 400,
        }
    }

    /// The API's words, where they are known.
    fn message(&self, api: Api, model: &str) -> String {
        match (self, api) {
            (Self::Method, _) => "Method not allowed".to_owned(),
            (Self::Path, _) => "Resource not found".to_owned(),
            (Self::Key { .. }, Api::Ollama) => "unauthorized".to_owned(),
            (Self::Key { .. }, Api::OpenAi) => "Incorrect API key provided.".to_owned(),
            (Self::Key { .. }, Api::AzureOpenAi) => {
                "Access denied due to invalid subscription key or wrong API endpoint.".to_owned()
            }
            (Self::Key { .. }, Api::Voyage) => "Provided API key is invalid.".to_owned(),
            (Self::Key { .. }, Api::Gemini) => "API key not valid. Please pass a valid API key.".to_owned(),
            (Self::Malformed(what), _) => what.clone(),
            (Self::UnknownModel(named), Api::Ollama) => format!("model {named:?} not found, try pulling it first"),
            (Self::UnknownModel(named), Api::OpenAi) => {
                format!("The model `{named}` does not exist or you do not have access to it.")
            }
            (Self::UnknownModel(_), Api::AzureOpenAi) => {
                "The API deployment for this resource does not exist.".to_owned()
            }
            (Self::UnknownModel(named), Api::Voyage) => format!("Model {named} is not supported."),
            (Self::UnknownModel(named), Api::Gemini) => {
                format!("models/{named} is not found for API version v1beta, or is not supported for embedContent.")
            }
            (Self::Limited, Api::AzureOpenAi) => {
                "Requests to the Embeddings_Create Operation under Azure OpenAI API have exceeded call rate limit. \
                 Please retry after 1 second."
                    .to_owned()
            }
            (Self::Limited, _) => "Rate limit reached. Please try again in 1s.".to_owned(),
            (Self::Down, Api::Ollama) => "server busy, please try again.  maximum pending requests exceeded".to_owned(),
            (Self::Down, _) => "The service is currently unavailable.".to_owned(),
            (Self::TooWide { asked, limit }, _) => {
                format!("Invalid value for 'dimensions' = {asked}. Must be less than or equal to {limit}.")
            }
            (Self::TooMany { .. } | Self::TooLong { .. } | Self::TooMuch { .. }, _) => self.excess(api, model),
        }
    }

    /// The API's words for more than it takes.
    fn excess(&self, api: Api, model: &str) -> String {
        match (self, api) {
            (Self::TooMany { texts, limit }, Api::Voyage) => {
                format!("The batch size limit is {limit}. Your batch size is {texts}.")
            }
            (Self::TooMany { limit, .. }, Api::Gemini) => {
                format!("* BatchEmbedContentsRequest.requests: at most {limit} requests can be in one batch\n")
            }
            (Self::TooMany { limit, .. }, _) => format!("Invalid 'input': array length must be {limit} or less."),
            (Self::TooLong { .. }, Api::Ollama) => "the input length exceeds the context length".to_owned(),
            (Self::TooLong { index, limit, .. }, Api::OpenAi) => {
                format!("Invalid 'input[{index}]': maximum input length is {limit} tokens.")
            }
            (Self::TooLong { tokens, limit, .. }, Api::AzureOpenAi) => format!(
                "This model's maximum context length is {limit} tokens, however you requested {tokens} tokens \
                 ({tokens} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
            ),
            (Self::TooLong { index, limit, .. }, Api::Voyage) => format!(
                "Request to model '{model}' failed. The example at index {index} in your batch has too many tokens \
                 and does not fit into the model's context window of {limit} tokens. Please lower the number of \
                 tokens in the listed example(s) or use truncation."
            ),
            (Self::TooMuch { tokens, limit }, Api::Voyage) => format!(
                "Request to model '{model}' failed. The max allowed tokens per submitted batch is {limit}. Your \
                 batch has {tokens} tokens after truncation. Please lower the number of tokens in the batch."
            ),
            (Self::TooLong { tokens, limit, .. }, Api::Gemini) => {
                format!("The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit}).")
            }
            (Self::TooMuch { tokens, limit }, _) => {
                format!("Requested {tokens} tokens, max {limit} tokens per request")
            }
            _ => String::new(),
        }
    }

    /// In the API's form.
    pub(super) fn said(&self, api: Api, model: &str) -> Said {
        let (status, message) = (self.status(api), self.message(api, model));
        let body = match api {
            Api::Ollama => json!({ "error": message }),
            Api::Voyage => json!({ "detail": message }),
            Api::Gemini => self.google_body(status, &message),
            Api::AzureOpenAi if status != 400 => {
                let code = match self {
                    Self::UnknownModel(_) => "DeploymentNotFound".to_owned(),
                    _ => status.to_string(),
                };
                json!({ "error": { "code": code, "message": message } })
            }
            Api::OpenAi | Api::AzureOpenAi => {
                let (kind, code) = self.openai_kind();
                json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
            }
        };
        let mut said = listener::json(status, &body);
        if status == 429 {
            said.1.push(("Retry-After", "1".to_owned()));
        }
        said
    }

    /// `type` and `code`.
    fn openai_kind(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Method => ("invalid_request_error", Some("method_not_supported")),
            Self::Path => ("invalid_request_error", Some("unknown_url")),
            Self::Key { .. } => ("invalid_request_error", Some("invalid_api_key")),
            Self::UnknownModel(_) => ("invalid_request_error", Some("model_not_found")),
            Self::TooMuch { .. } => ("max_tokens_per_request", Some("max_tokens_per_request")),
            Self::Limited => ("requests", Some("rate_limit_exceeded")),
            Self::Down => ("server_error", None),
            _ => ("invalid_request_error", None),
        }
    }

    fn google_body(&self, status: u16, message: &str) -> Value {
        let kind = match status {
            404 => "NOT_FOUND",
            405 => "UNIMPLEMENTED",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INVALID_ARGUMENT",
        };
        let mut error = json!({ "code": status, "message": message, "status": kind });
        match self {
            Self::Key { .. } => {
                error["details"] = json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com",
                    "metadata": { "service": "generativelanguage.googleapis.com" },
                }]);
            }
            Self::Limited => {
                error["details"] = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s" }]);
            }
            _ => {}
        }
        json!({ "error": error })
    }
}

/// The vectors of a request, in the API's form.
pub(super) fn answer(request: &Request, api: Api, model: &str, behaviour: &Behaviour) -> Said {
    let vectors: Vec<Vec<f32>> = request.texts.iter().map(|text| vector(text, request, model, behaviour)).collect();
    let tokens: usize = request.texts.iter().map(|text| text.len().div_ceil(4)).sum();
    let answered = &behaviour.answered_model;
    let body = match api {
        Api::Ollama => json!({
            "model": answered,
            "embeddings": vectors,
            "total_duration": 14_143_917,
            "load_duration": 1_019_500,
            "prompt_eval_count": tokens,
        }),
        Api::Gemini => {
            let vectors: Vec<Value> = vectors.iter().map(|it| json!({ "values": it })).collect();
            json!({ "embeddings": vectors })
        }
        Api::Voyage => numbered(&vectors, request, behaviour, &json!({ "total_tokens": tokens })),
        Api::OpenAi | Api::AzureOpenAi => {
            numbered(&vectors, request, behaviour, &json!({ "prompt_tokens": tokens, "total_tokens": tokens }))
        }
    };
    listener::json(200, &body)
}

fn vector(text: &str, request: &Request, model: &str, behaviour: &Behaviour) -> Vec<f32> {
    let mut vector = vectors::of(text, behaviour.width, behaviour.salt);
    if let Some(width) = request.width {
        vector.truncate(width);
        // What this one has cut is left as it is.
        if model != "gemini-embedding-001" {
            vectors::normalize(&mut vector);
        }
    }
    for value in &mut vector {
        *value *= behaviour.scale;
    }
    vector
}

fn numbered(vectors: &[Vec<f32>], request: &Request, behaviour: &Behaviour, usage: &Value) -> Value {
    let mut data: Vec<Value> = vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| {
            let embedding = if request.is_base64 {
                let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({ "object": "embedding", "embedding": embedding, "index": index })
        })
        .collect();
    if behaviour.shuffled {
        data.reverse();
    }
    json!({ "object": "list", "data": data, "model": behaviour.answered_model, "usage": usage })
}
