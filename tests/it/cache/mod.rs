//! Answers already given: the right ones, to those who may have them, and no others.

mod kept;
mod migrate;
mod near_misses;
mod world;
