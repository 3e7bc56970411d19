//! Cloud embedding APIs as their documentation describes them: strict about every request, and ill when told so.

mod answers;
mod checks;
mod vectors;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::listener::{self, Asked, Said};
use answers::Refusal;
use checks::Request;

/// The key that a provider takes.
pub(crate) const KEY: &str = "sk-the-key-of-the-tests";

/// Whose API a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    Ollama,
    OpenAi,
    AzureOpenAi,
    Voyage,
    Gemini,
}

/// What a request may hold; `usize::MAX` where the documentation says nothing.
struct Limits {
    texts: usize,
    tokens_of_a_text: usize,
    tokens: usize,
}

impl Api {
    fn limits(self, model: &str) -> Limits {
        let none = usize::MAX;
        let (texts, tokens_of_a_text, tokens) = match self {
            Self::Ollama => (none, 2048, none),
            Self::OpenAi | Self::AzureOpenAi => (2048, 8192, 300_000),
            Self::Voyage => {
                let context = match model {
                    "voyage-2" => 4_000,
                    "voyage-law-2" | "voyage-code-2" | "voyage-large-2" | "voyage-large-2-instruct" => 16_000,
                    _ => 32_000,
                };
                let total = match model {
                    "voyage-4-lite" | "voyage-3.5-lite" | "voyage-3-lite" => 1_000_000,
                    "voyage-4" | "voyage-3.5" | "voyage-3" | "voyage-2" => 320_000,
                    _ => 120_000,
                };
                (1000, context, total)
            }
            Self::Gemini if model.starts_with("gemini-embedding-2") => (100, 8192, none),
            Self::Gemini => (100, 2048, none),
        };
        Limits { texts, tokens_of_a_text, tokens }
    }
}

/// What texts are embedded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Query,
    Document,
    Unstated,
}

/// A request that was as documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Without the prefixes that tell some models the role.
    pub(crate) texts: Vec<String>,
    pub(crate) role: Role,
}

/// How a provider is at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    /// May be changed under the client.
    pub(crate) width: usize,
    /// An input may have so many tokens, of four bytes each; at first what is documented for the model.
    pub(crate) context: usize,
    /// What answers give as their model, where the API has that.
    pub(crate) answered_model: String,
    /// Answers 503.
    pub(crate) down: bool,
    /// Waits so long before every answer.
    pub(crate) hangs: Option<Duration>,
    /// So many next requests get 429, and are to come back in a second.
    pub(crate) limited: usize,
    /// The body of the next answer, with status 200.
    pub(crate) garbled: Option<&'static str>,
    /// Vectors, which are of length 1, are multiplied by this.
    pub(crate) scale: f32,
    /// Numbered vectors come last first.
    pub(crate) shuffled: bool,
    /// Another model under the same name: other vectors.
    pub(crate) salt: u64,
}

struct State {
    behaviour: Behaviour,
    asked: Vec<Question>,
    faults: Vec<String>,
}

/// An embedding API on a port of this machine, until the test ends.
pub(crate) struct Provider {
    api: Api,
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Provider {
    /// Serves vectors of `width` under `model` (for Azure: the deployment), for callers who show `KEY`.
    pub(crate) fn start(api: Api, model: &str, width: usize) -> Self {
        let behaviour = Behaviour {
            width,
            context: api.limits(model).tokens_of_a_text,
            answered_model: model.to_owned(),
            down: false,
            hangs: None,
            limited: 0,
            garbled: None,
            scale: 1.0,
            shuffled: false,
            salt: 0,
        };
        let state = Arc::new(Mutex::new(State { behaviour, asked: Vec::new(), faults: Vec::new() }));
        let (shared, model) = (Arc::clone(&state), model.to_owned());
        let address = listener::serve(move |asked| said(asked, api, &model, &shared));
        Self { api, address, state }
    }

    /// The base URL as an operator configures it.
    pub(crate) fn url(&self) -> String {
        let version = if matches!(self.api, Api::OpenAi | Api::Voyage) { "/v1" } else { "" };
        format!("http://{}{version}", self.address)
    }

    /// From now on.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    /// Every request so far that was as documented and showed the key, also those that got 429 or 503.
    pub(crate) fn asked(&self) -> Vec<Question> {
        self.state().asked.clone()
    }

    /// Every deviation from the documentation so far, in words.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.state().faults.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread of a provider panics")
    }
}

fn said(asked: &Asked, api: Api, model: &str, state: &Mutex<State>) -> Said {
    let (judged, behaviour) = {
        let mut state = state.lock().expect("no thread of a provider panics");
        (state.judge(asked, api, model), state.behaviour.clone())
    };
    if let Some(wait) = behaviour.hangs {
        std::thread::sleep(wait);
    }
    judged.map_or_else(|said| said, |request| answers::answer(&request, api, model, &behaviour))
}

impl State {
    /// The request if it is to be answered with vectors, or else what is said.
    fn judge(&mut self, asked: &Asked, api: Api, model: &str) -> Result<Request, Said> {
        let request = checks::check(asked, api, model, &self.behaviour).map_err(|refusal| {
            if let Some(fault) = refusal.fault() {
                self.faults.push(format!("{} {}: {fault}", asked.method, asked.path));
            }
            refusal.said(api, model)
        })?;
        self.asked.push(Question { texts: request.texts.clone(), role: request.role });
        if self.behaviour.down {
            return Err(Refusal::Down.said(api, model));
        }
        if self.behaviour.limited > 0 {
            self.behaviour.limited -= 1;
            return Err(Refusal::Limited.said(api, model));
        }
        match self.behaviour.garbled.take() {
            Some(body) => Err((200, vec![("Content-Type", "application/json".to_owned())], body.to_owned())),
            None => Ok(request),
        }
    }
}
