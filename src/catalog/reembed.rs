//! Tools take part in a switch of the embedding space.

use super::definition::vector_text;
use crate::embeddings::Space;
use crate::model::{Embedding, Tool};
use crate::reembed::{Embedded, Target};

impl Embedded for Tool {
    fn text(&self) -> String {
        vector_text(self)
    }

    fn vector_at(&self, place: Target) -> Option<(u64, &Embedding)> {
        match place {
            Target::Present => Some((self.embedding_version, &self.embedding)),
            Target::Next => self.next_embedding_version.zip(self.next_embedding.as_ref()),
        }
    }

    fn put(&mut self, space: &Space, vector: Embedding, place: Target) {
        match place {
            Target::Next => {
                (self.next_embedding, self.next_embedding_version) = (Some(vector), Some(space.version));
            }
            Target::Present => {
                space.settings.model_name().clone_into(&mut self.embedding_model);
                self.embedding_dim = vector.0.len();
                self.embedding_version = space.version;
                self.embedding = vector;
            }
        }
    }

    fn clear_next(&mut self) {
        (self.next_embedding, self.next_embedding_version) = (None, None);
    }
}
