//! Which provider, and how it is reached.

use std::path::Path;

use url::{Host, Url};

use crate::model::Secret;

/// The known providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The static table that is compiled in.
    Builtin,
    /// A sentence model of the BERT family, from a folder, in this process.
    Local,
    /// Ollama.
    Ollama,
    /// `OpenAI`, and servers that speak its protocol.
    OpenAi,
    /// A deployment of Azure `OpenAI`.
    AzureOpenAi,
    /// Voyage AI.
    Voyage,
    /// Gemini.
    Gemini,
}

impl Provider {
    /// Every provider with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("builtin", Self::Builtin),
        ("local", Self::Local),
        ("ollama", Self::Ollama),
        ("openai", Self::OpenAi),
        ("azure_openai", Self::AzureOpenAi),
        ("voyage", Self::Voyage),
        ("gemini", Self::Gemini),
    ];

    /// Its configuration name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, provider)| *provider == self).map_or("", |(name, _)| name)
    }

    /// The provider of this configuration name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, provider)| *provider)
    }

    /// The model that is used when none is named; empty where one has to be.
    pub fn default_model(self) -> &'static str {
        match self {
            Self::Builtin => "static-minilm-256",
            Self::Local | Self::AzureOpenAi => "",
            Self::Ollama => "nomic-embed-text",
            Self::OpenAi => "text-embedding-3-small",
            Self::Voyage => "voyage-3.5",
            Self::Gemini => "gemini-embedding-001",
        }
    }

    /// Where it is when nothing else is said; empty where that has to be said, or where there is no such place.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::Builtin | Self::Local | Self::AzureOpenAi => "",
            Self::Ollama => "http://127.0.0.1:11434",
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Voyage => "https://api.voyageai.com/v1",
            Self::Gemini => "https://generativelanguage.googleapis.com",
        }
    }

    /// Whether it is asked over a network.
    pub fn is_remote(self) -> bool {
        !matches!(self, Self::Builtin | Self::Local)
    }

    /// Whether it takes no request without a key, at its usual place.
    pub fn wants_key(self) -> bool {
        matches!(self, Self::OpenAi | Self::AzureOpenAi | Self::Voyage | Self::Gemini)
    }
}

/// A provider and how it is reached: what an operator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which.
    pub provider: Provider,
    /// The model's name; for `local` the folder it is in.
    pub model: Option<String>,
    /// Where the provider is.
    pub base_url: Option<String>,
    /// The key that it is shown.
    pub api_key: Option<Secret>,
    /// Azure's name for a model that was put up.
    pub deployment: Option<String>,
    /// Azure's version of its API.
    pub api_version: Option<String>,
}

impl Settings {
    /// The provider as it is when nothing else is said.
    pub fn of(provider: Provider) -> Self {
        Self { provider, model: None, base_url: None, api_key: None, deployment: None, api_version: None }
    }

    /// What the model is called in records: its name, the deployment's on Azure, and the folder's own for `local`.
    pub fn model_name(&self) -> &str {
        let given = self.model.as_deref();
        match self.provider {
            Provider::Builtin => self.provider.default_model(),
            Provider::Local => {
                let folder = given.unwrap_or_default();
                Path::new(folder).file_name().and_then(|name| name.to_str()).unwrap_or(folder)
            }
            Provider::AzureOpenAi => self.deployment.as_deref().or(given).unwrap_or_default(),
            _ => given.unwrap_or(self.provider.default_model()),
        }
    }

    /// Where the provider is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(self.provider.default_base_url()).trim_end_matches('/')
    }

    /// Whether both make the same vectors, as far as an operator has a say: the key does not count.
    pub fn is_same_model(&self, other: &Self) -> bool {
        self.provider == other.provider
            && self.model_name() == other.model_name()
            && (self.provider != Provider::Local || self.model == other.model)
            && self.base_url() == other.base_url()
    }

    /// Everything that cannot work, in words that name the setting.
    pub fn faults(&self, allow_plain_http: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let provider = self.provider.as_str();
        if self.provider == Provider::Local {
            match self.model.as_deref() {
                None => {
                    faults.push("provider `local` needs EMBEDDING_MODEL, the folder of a sentence model".to_owned())
                }
                Some(folder) if !Path::new(folder).join("config.json").is_file() => {
                    faults.push(format!(
                        "EMBEDDING_MODEL: `{folder}` is no folder with a sentence model (it has no config.json)"
                    ));
                }
                Some(_) => {}
            }
        }
        if self.provider == Provider::AzureOpenAi {
            if self.base_url.is_none() {
                faults.push(
                    "provider `azure_openai` needs EMBEDDING_BASE_URL, https://RESOURCE.openai.azure.com".to_owned(),
                );
            }
            if self.deployment.is_none() && self.model.is_none() {
                faults
                    .push("provider `azure_openai` needs EMBEDDING_DEPLOYMENT, the name of the deployment".to_owned());
            }
        }
        let at_home = self.provider == Provider::AzureOpenAi || self.base_url.is_none();
        if self.provider.wants_key() && at_home && self.api_key.is_none() {
            faults.push(format!("provider `{provider}` needs EMBEDDING_API_KEY"));
        }
        if self.api_key.as_ref().is_some_and(|key| key.expose().chars().any(|each| !each.is_ascii_graphic())) {
            faults.push("EMBEDDING_API_KEY holds characters that no HTTP header can carry".to_owned());
        }
        if self.provider.is_remote() && !self.base_url().is_empty() {
            faults.extend(url_fault(self.base_url(), allow_plain_http));
        }
        faults
    }
}

fn url_fault(text: &str, allow_plain_http: bool) -> Option<String> {
    let wrong = |why: &str| Some(format!("EMBEDDING_BASE_URL {why}"));
    let Ok(url) = Url::parse(text) else { return wrong("cannot be read as a URL") };
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return wrong("has no host"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds a user or password; give the key as EMBEDDING_API_KEY");
    }
    match url.scheme() {
        _ if url.query().is_some() || url.fragment().is_some() => wrong("has a query or fragment"),
        "https" => None,
        "http" if allow_plain_http || is_local => None,
        "http" => wrong("is plain HTTP to another machine, which ENVIRONMENT=production refuses"),
        _ => wrong("is neither http nor https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_named() {
        let named = |settings: &Settings| settings.faults(false).join("; ");
        for (provider, parts) in [
            (Provider::Builtin, &[][..]),
            (Provider::Local, &["EMBEDDING_MODEL"]),
            (Provider::Ollama, &[]),
            (Provider::OpenAi, &["EMBEDDING_API_KEY"]),
            (Provider::AzureOpenAi, &["EMBEDDING_BASE_URL", "EMBEDDING_DEPLOYMENT", "EMBEDDING_API_KEY"]),
            (Provider::Voyage, &["EMBEDDING_API_KEY"]),
            (Provider::Gemini, &["EMBEDDING_API_KEY"]),
        ] {
            let faults = named(&Settings::of(provider));
            assert!(
                parts.iter().all(|part| faults.contains(part)) && faults.is_empty() == parts.is_empty(),
                "{faults}"
            );
        }
        for (url, part) in [
            ("http://10.0.0.1:11434", "plain HTTP"),
            ("http://127.0.0.1:11434", ""),
            ("ftp://x", "neither"),
            ("https://u:p@x", "password"),
            ("nonsense", "URL"),
        ] {
            let faults = named(&Settings { base_url: Some(url.to_owned()), ..Settings::of(Provider::Ollama) });
            assert!(faults.contains(part) && faults.is_empty() == part.is_empty(), "{url}: {faults}");
        }
    }

    #[test]
    fn names_and_places() {
        let local = Settings { model: Some("/models/bge-small".to_owned()), ..Settings::of(Provider::Local) };
        assert_eq!(local.model_name(), "bge-small");
        assert!(!local.is_same_model(&Settings { model: Some("/other/bge-small".to_owned()), ..local.clone() }));
        let keyed = Settings { api_key: Some(Secret::new("k")), ..Settings::of(Provider::OpenAi) };
        assert!(keyed.is_same_model(&Settings::of(Provider::OpenAi)));
        assert_eq!(Provider::NAMES.iter().filter(|(name, it)| Provider::named(name) == Some(*it)).count(), 7);
    }
}
