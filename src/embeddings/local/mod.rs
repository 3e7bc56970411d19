//! A sentence model of the BERT family in this process, from a folder in the layout of sentence-transformers:
//! `config.json`, `tokenizer.json`, `model.safetensors`; where they are there, `modules.json`, `1_Pooling/config.json`,
//! `sentence_bert_config.json` and the prompts of `config_sentence_transformers.json`.

mod bert;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};
use tokio::sync::Semaphore;

use self::bert::{Bert, Config};
use super::{Embedder, Facts, PROBE, Role, normalise, say_cut};
use crate::error::{Error, Kind, Result};

/// Texts of one pass: a request that waits for another's pass waits some tens of milliseconds.
const BATCH: usize = 8;
/// A longer text is cut before it is tokenized, by so many bytes for each token that counts.
const BYTES_PER_TOKEN: usize = 32;

/// A loaded model.
pub(super) struct Local {
    model: Arc<Model>,
    /// One pass at a time: each uses all cores.
    turn: Semaphore,
    facts: Arc<Facts>,
}

struct Model {
    bert: Bert,
    tokenizer: Tokenizer,
    pooling: Pooling,
    max_tokens: usize,
    query_prompt: String,
    document_prompt: String,
}

/// What a sentence's vector is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pooling {
    /// The vector of the first token.
    First,
    /// The mean of all tokens.
    Mean,
    /// The greatest of each number.
    Max,
}

impl Local {
    /// Reads the model and asks it for the probe.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let model =
            Arc::new(Model::open(folder).map_err(|error| error.context(format!("model `{}`", folder.display())))?);
        let probe = |role| Ok::<_, Error>(model.vectors(&[PROBE.to_owned()], role)?.0.concat());
        let (probe, document_probe) = (probe(Role::Query)?, probe(Role::Document)?);
        let facts = Arc::new(Facts { dimensions: probe.len(), answered_model: None, probe, document_probe });
        Ok(Self { model, turn: Semaphore::new(1), facts })
    }
}

fn unusable(what: impl Into<String>) -> Error {
    Error::new(Kind::Refused, what)
        .help("EMBEDDING_MODEL has to be the folder of a BERT sentence model with config.json, tokenizer.json and model.safetensors")
}

fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| unusable(format!("its {name} cannot be read")).source(error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(format!("its {name} cannot be read")).source(error)),
    }
}

impl Model {
    fn open(folder: &Path) -> Result<Self> {
        let described: Value = read(folder, "config.json")?.ok_or_else(|| unusable("it has no config.json"))?;
        if let Some(family) = described["model_type"].as_str().filter(|family| !Config::FAMILIES.contains(family)) {
            return Err(unusable(format!(
                "it is a `{family}` model; this version reads {}",
                Config::FAMILIES.join(", ")
            )));
        }
        let config: Config = serde_json::from_value(described)
            .map_err(|error| unusable("its config.json describes no BERT model").source(error))?;
        if let Some(fault) = config.fault() {
            return Err(unusable(fault));
        }
        only_known_modules(folder)?;
        let broken =
            |error: candle_core::Error| unusable("its model.safetensors does not fit its config.json").source(error);
        let weights = fs::read(folder.join("model.safetensors"))
            .map_err(|error| unusable("its model.safetensors cannot be read").source(error))?;
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu).map_err(broken)?;
        let bert = Bert::load(&weights, &config).map_err(broken)?;
        let limits: Value = read(folder, "sentence_bert_config.json")?.unwrap_or_default();
        let stated = limits["max_seq_length"].as_u64().and_then(|limit| usize::try_from(limit).ok());
        let max_tokens = stated.unwrap_or(usize::MAX).min(config.max_tokens()).max(8);
        let pooling: Value = read(folder, "1_Pooling/config.json")?.unwrap_or_default();
        let prompts: Value = read(folder, "config_sentence_transformers.json")?.unwrap_or_default();
        let prompt = |names: &[&str]| {
            let found = names.iter().find_map(|name| prompts["prompts"][*name].as_str());
            found.unwrap_or_default().to_owned()
        };
        Ok(Self {
            bert,
            tokenizer: read_tokenizer(folder, max_tokens)?,
            pooling: read_pooling(&pooling)?,
            max_tokens,
            query_prompt: prompt(&["query"]),
            document_prompt: prompt(&["document", "passage"]),
        })
    }

    /// One vector per text, and how many of them are longer than what counts.
    fn vectors(&self, texts: &[String], role: Role) -> Result<(Vec<Vec<f32>>, usize)> {
        let prompt = if role == Role::Query { &self.query_prompt } else { &self.document_prompt };
        let most = self.max_tokens * BYTES_PER_TOKEN;
        let head = |text: &String| format!("{prompt}{}", &text[..text.floor_char_boundary(most)]);
        let encodings = self.tokenizer.encode_batch(texts.iter().map(head).collect(), true);
        let encodings = encodings.map_err(|error| Error::internal("a text could not be tokenized").source(error))?;
        let is_cut = |(text, encoding): &(&String, &tokenizers::Encoding)| {
            text.len() > most || !encoding.get_overflowing().is_empty()
        };
        let cut = texts.iter().zip(&encodings).filter(is_cut).count();
        let vectors = self.pass(&encodings).map_err(|error| Error::internal("the model failed").source(error))?;
        Ok((vectors, cut))
    }

    /// `encodings` are padded to one length; tensors are texts × tokens × width.
    fn pass(&self, encodings: &[tokenizers::Encoding]) -> candle_core::Result<Vec<Vec<f32>>> {
        let rows = |pick: &dyn Fn(&tokenizers::Encoding) -> &[u32]| {
            let length = encodings.first().map_or(0, tokenizers::Encoding::len);
            let all: Vec<u32> = encodings.iter().flat_map(|encoding| pick(encoding).to_vec()).collect();
            Tensor::from_vec(all, (encodings.len(), length), &Device::Cpu)
        };
        let (ids, mask) = (rows(&tokenizers::Encoding::get_ids)?, rows(&tokenizers::Encoding::get_attention_mask)?);
        let tokens = self.bert.forward(&ids, &mask)?;
        let counted = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
        let pooled = match self.pooling {
            Pooling::First => tokens.narrow(1, 0, 1)?.squeeze(1)?,
            Pooling::Mean => tokens.broadcast_mul(&counted)?.sum(1)?.broadcast_div(&counted.sum(1)?)?,
            Pooling::Max => {
                let absent = ((counted - 1.0)? * 1e9)?;
                tokens.broadcast_add(&absent)?.max(1)?
            }
        };
        let mut vectors = pooled.to_vec2::<f32>()?;
        vectors.iter_mut().for_each(|vector| normalise(vector));
        Ok(vectors)
    }
}

/// Other modules than a transformer, a pooling and a normalization change vectors in ways that we would not.
fn only_known_modules(folder: &Path) -> Result<()> {
    let modules: Value = read(folder, "modules.json")?.unwrap_or_default();
    for module in modules.as_array().into_iter().flatten() {
        let kind = module["type"].as_str().unwrap_or_default().rsplit('.').next().unwrap_or_default();
        if !matches!(kind, "Transformer" | "Pooling" | "Normalize") {
            return Err(unusable(format!(
                "its modules.json asks for a `{kind}` module, which this version does not have"
            )));
        }
    }
    Ok(())
}

fn read_pooling(described: &Value) -> Result<Pooling> {
    let known = [
        ("pooling_mode_cls_token", Pooling::First),
        ("pooling_mode_mean_tokens", Pooling::Mean),
        ("pooling_mode_max_tokens", Pooling::Max),
    ];
    let modes = described.as_object().into_iter().flatten();
    let on: Vec<&String> = modes.filter(|(_, value)| **value == Value::Bool(true)).map(|(name, _)| name).collect();
    let on: Vec<&String> = on.into_iter().filter(|name| name.starts_with("pooling_mode_")).collect();
    match on.as_slice() {
        [] => Ok(Pooling::Mean),
        [one] => {
            let found = known.iter().find(|(name, _)| name == one).map(|(_, pooling)| *pooling);
            found.ok_or_else(|| unusable(format!("its pooling is `{one}`, which this version does not have")))
        }
        _ => Err(unusable("it pools in several ways at once, which this version does not do")),
    }
}

fn read_tokenizer(folder: &Path, max_tokens: usize) -> Result<Tokenizer> {
    let broken = |error| unusable("its tokenizer.json cannot be read").source(error);
    let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).map_err(broken)?;
    let padding = tokenizer.get_padding().cloned().unwrap_or_default();
    // To the longest of a pass, not to a fixed length.
    tokenizer.with_padding(Some(PaddingParams { strategy: tokenizers::PaddingStrategy::BatchLongest, ..padding }));
    let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(broken)?;
    Ok(tokenizer)
}

#[async_trait]
impl Embedder for Local {
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        // Texts of like length together: what is padded is computed, too.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|place| texts.get(*place).map_or(0, String::len));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut all_cut = 0;
        for places in order.chunks(BATCH) {
            let batch: Vec<String> = places.iter().filter_map(|place| texts.get(*place).cloned()).collect();
            let model = Arc::clone(&self.model);
            let turn = self.turn.acquire().await.map_err(|error| Error::internal("no turn").source(error))?;
            let made = tokio::task::spawn_blocking(move || model.vectors(&batch, role)).await;
            drop(turn);
            let (made, cut) = made.map_err(|error| Error::internal("the model did not finish").source(error))??;
            all_cut += cut;
            for (place, vector) in places.iter().zip(made) {
                if let Some(slot) = vectors.get_mut(*place) {
                    *slot = vector;
                }
            }
        }
        say_cut(all_cut, self.model.max_tokens, role);
        Ok(vectors)
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        Ok(Arc::clone(&self.facts))
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        Some(Arc::clone(&self.facts))
    }
}
