//! The encoder of BERT (Devlin et al. 2018) and of what is built like it, for inference: post-norm transformer layers over
//! the sum of word, position and segment embeddings. Tensors are texts × tokens × width unless said otherwise.
//!
//! `candle-transformers` has it as well, with a hundred other models that take minutes to build.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    Activation, Embedding, LayerNorm, Linear, Module as _, VarBuilder, embedding, layer_norm, linear, ops,
};
use serde::Deserialize;

/// What is added to the score of a token that is none.
const NOT_ATTENDED: f64 = -1e9;

/// The parts of `config.json` that inference needs.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    pub(super) model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: Activation,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    #[serde(default)]
    pad_token_id: usize,
    #[serde(default)]
    position_embedding_type: Option<String>,
}

impl Config {
    /// Families whose encoders are this one, and the names of their tensors.
    pub(super) const FAMILIES: [&'static str; 3] = ["bert", "roberta", "xlm-roberta"];

    /// What cannot be computed here, in words.
    pub(super) fn fault(&self) -> Option<String> {
        let kind = self.position_embedding_type.as_deref().filter(|kind| *kind != "absolute");
        if let Some(kind) = kind {
            return Some(format!("its positions are `{kind}`, which this version does not have"));
        }
        let divides = self.num_attention_heads > 0 && self.hidden_size.is_multiple_of(self.num_attention_heads);
        (!divides).then(|| "its heads do not divide its width".to_owned())
    }

    /// The number of the first token's position: RoBERTa numbers from after its padding (fairseq's convention).
    fn first_position(&self) -> usize {
        if self.model_type == "bert" { 0 } else { self.pad_token_id + 1 }
    }

    /// The longest text, in tokens.
    pub(super) fn max_tokens(&self) -> usize {
        self.max_position_embeddings.saturating_sub(self.first_position())
    }
}

/// A loaded encoder.
pub(super) struct Bert {
    words: Embedding,
    positions: Embedding,
    segments: Embedding,
    norm: LayerNorm,
    layers: Vec<Layer>,
    first_position: usize,
}

struct Layer {
    heads: usize,
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: LayerNorm,
    wide: Linear,
    narrow: Linear,
    norm: LayerNorm,
    activation: Activation,
}

impl Bert {
    /// Takes the tensors that `config` describes; with or without the family's name before theirs.
    pub(super) fn load(tensors: &VarBuilder<'_>, config: &Config) -> Result<Self> {
        let named = tensors.pp(config.model_type.replace('-', "_"));
        let plain = [tensors.pp(&config.model_type), named, tensors.pp("roberta")];
        let root = plain.into_iter().find(|root| root.contains_tensor("embeddings.word_embeddings.weight"));
        let root = root.unwrap_or_else(|| tensors.clone());
        let (of_words, width) = (root.pp("embeddings"), config.hidden_size);
        let layer = |number: usize| Layer::load(&root.pp(format!("encoder.layer.{number}")), config);
        Ok(Self {
            words: embedding(config.vocab_size, width, of_words.pp("word_embeddings"))?,
            positions: embedding(config.max_position_embeddings, width, of_words.pp("position_embeddings"))?,
            segments: embedding(config.type_vocab_size, width, of_words.pp("token_type_embeddings"))?,
            norm: layer_norm(width, config.layer_norm_eps, of_words.pp("LayerNorm"))?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
            first_position: config.first_position(),
        })
    }

    /// The last layer's vectors. `ids` and `mask` are texts × tokens; `mask` is 1 for a token and 0 for padding.
    pub(super) fn forward(&self, ids: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (_, tokens) = ids.dims2()?;
        let first = u32::try_from(self.first_position).unwrap_or_default();
        let last = first.saturating_add(u32::try_from(tokens).unwrap_or(u32::MAX));
        let positions = self.positions.forward(&Tensor::arange(first, last, &Device::Cpu)?)?;
        // A sentence is one segment, the first.
        let segment = self.segments.forward(&Tensor::zeros(1, DType::U32, &Device::Cpu)?)?;
        let sum = self.words.forward(ids)?.broadcast_add(&positions)?.broadcast_add(&segment)?;
        let mut vectors = self.norm.forward(&sum)?;
        let absent = ((1.0 - mask.to_dtype(DType::F32)?)? * NOT_ATTENDED)?.unsqueeze(1)?.unsqueeze(1)?;
        for layer in &self.layers {
            vectors = layer.forward(&vectors, &absent)?;
        }
        Ok(vectors)
    }
}

impl Layer {
    fn load(tensors: &VarBuilder<'_>, config: &Config) -> Result<Self> {
        let (width, wide) = (config.hidden_size, config.intermediate_size);
        let square = |name: &str| linear(width, width, tensors.pp(name));
        let norm = |name: &str| layer_norm(width, config.layer_norm_eps, tensors.pp(name));
        Ok(Self {
            heads: config.num_attention_heads,
            query: square("attention.self.query")?,
            key: square("attention.self.key")?,
            value: square("attention.self.value")?,
            attended: square("attention.output.dense")?,
            attended_norm: norm("attention.output.LayerNorm")?,
            wide: linear(width, wide, tensors.pp("intermediate.dense"))?,
            narrow: linear(wide, width, tensors.pp("output.dense"))?,
            norm: norm("output.LayerNorm")?,
            activation: config.hidden_act,
        })
    }

    fn forward(&self, vectors: &Tensor, absent: &Tensor) -> Result<Tensor> {
        let attended = self.attended.forward(&self.attend(vectors, absent)?)?;
        let vectors = self.attended_norm.forward(&(attended + vectors)?)?;
        let wide = self.activation.forward(&self.wide.forward(&vectors)?)?;
        self.norm.forward(&(self.narrow.forward(&wide)? + vectors)?)
    }

    /// softmax(QKᵀ / √d + absent) V, for each head apart (Vaswani et al. 2017, §3.2).
    fn attend(&self, vectors: &Tensor, absent: &Tensor) -> Result<Tensor> {
        let (texts, tokens, width) = vectors.dims3()?;
        let depth = width / self.heads;
        // Texts × heads × tokens × depth.
        let by_head = |part: &Linear| {
            part.forward(vectors)?.reshape((texts, tokens, self.heads, depth))?.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (by_head(&self.query)?, by_head(&self.key)?, by_head(&self.value)?);
        #[expect(clippy::cast_precision_loss, reason = "a head is some dozens wide")]
        let scale = 1.0 / (depth as f64).sqrt();
        let scores = (query.matmul(&key.t()?.contiguous()?)? * scale)?.broadcast_add(absent)?;
        let weights = ops::softmax_last_dim(&scores)?;
        weights.matmul(&value)?.transpose(1, 2)?.contiguous()?.reshape((texts, tokens, width))
    }
}
