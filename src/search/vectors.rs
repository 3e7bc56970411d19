//! The tools nearest to a request: an exact scan that mostly reads bytes.
//!
//! Every vector is kept once more with a byte a value, and the request is compared with all of these first: a quarter
//! of the memory to read, which is what a scan waits for. The norm of what rounding took from a row bounds how far its
//! cosine may be off (Cauchy and Schwarz), so the few rows that could still be among the nearest are known, and only
//! these are compared as they are. The result is that of comparing all of them, to the last digit.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};

use crate::model::{Embedding, Tool};

/// What rounding may add up to in a sum of products of `f32`, for vectors of length one.
const SLACK: f32 = 1e-5;
/// The greatest value of a rounded row.
const ROW_STEPS: f32 = 127.0;
/// How many sums go side by side, which the compiler turns into vector instructions.
const LANES: usize = 16;

/// The unit vectors of one generation, row by row.
pub(super) struct Vectors {
    width: usize,
    rounded: Vec<i8>,
    rows: Vec<Row>,
    arch: Arch,
}

/// What there is to know of a vector but its values.
struct Row {
    /// Which document it belongs to.
    document: u32,
    /// What one step of its rounded values is.
    step: f32,
    /// The norm of what rounding took.
    lost: f32,
}

impl Vectors {
    /// Those that `tools` have of generation `version`. Tools without one are found by words only.
    pub(super) fn of(tools: &[Arc<Tool>], version: u64) -> Self {
        let length = |tool: &Arc<Tool>| tool.vector(version).map_or(0, |vector| vector.0.len());
        let width = tools.iter().map(length).max().unwrap_or_default();
        let (mut rounded, mut rows) = (Vec::with_capacity(width * tools.len()), Vec::with_capacity(tools.len()));
        for (document, tool) in (0_u32..).zip(tools) {
            let Some(Embedding(vector)) = tool.vector(version) else { continue };
            if vector.len() == width && vector.iter().any(|value| *value != 0.0) {
                let (step, lost) = round(vector, ROW_STEPS, |value| rounded.push(value as i8));
                rows.push(Row { document, step, lost });
            }
        }
        Self { width, rounded, rows, arch: Arch::new() }
    }

    /// How many tools have one.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The `depth` allowed documents nearest to `request`, a unit vector, as (document, (1 + cosine) / 2); `vector_of`
    /// gives a document's vector.
    pub(super) fn nearest<'a>(
        &self,
        request: &[f32],
        depth: usize,
        is_allowed: impl Fn(u32) -> bool,
        vector_of: impl Fn(u32) -> Option<&'a [f32]>,
    ) -> Vec<(u32, f64)> {
        if request.len() != self.width || request.iter().all(|value| *value == 0.0) {
            return Vec::new();
        }
        let bounds = self.bounds(request);
        let mut least = Best::new(depth);
        for (row, (low, _)) in self.rows.iter().zip(&bounds) {
            if is_allowed(row.document) {
                least.offer(row.document, f64::from(*low));
            }
        }
        let enough = least.worst();
        let mut best = Best::new(depth);
        for (row, (_, high)) in self.rows.iter().zip(&bounds) {
            if f64::from(*high) >= enough
                && is_allowed(row.document)
                && let Some(vector) = vector_of(row.document)
            {
                best.offer(row.document, f64::midpoint(1.0, f64::from(dot(vector, request))));
            }
        }
        best.ranked()
    }

    /// Between which two values each row's cosine is.
    #[expect(clippy::cast_precision_loss, reason = "what is lost is far below the bounds")]
    fn bounds(&self, request: &[f32]) -> Vec<(f32, f32)> {
        let mut rounded = Vec::with_capacity(request.len());
        // As fine as a sum of 32 bits holds.
        let steps = (i32::MAX as f32 / (ROW_STEPS * (self.width + 1) as f32)).min(f32::from(i16::MAX));
        let (step, lost) = round(request, steps, |value| rounded.push(value as i16));
        let mut products = vec![0; self.rows.len()];
        self.arch.dispatch(Products { rows: &self.rounded, request: &rounded, products: &mut products });
        let bounds = self.rows.iter().zip(products).map(|(row, product)| {
            let cosine = product as f32 * row.step * step;
            // |r·q - r'·q'| ≤ |r - r'| |q| + |r'| |q - q'|, and the lengths are one, or next to it.
            let off = row.lost + lost * (1.0 + row.lost) + SLACK;
            (cosine - off, cosine + off)
        });
        bounds.collect()
    }
}

/// The scalar products of all rows and a request.
struct Products<'a> {
    rows: &'a [i8],
    request: &'a [i16],
    products: &'a mut [i32],
}

impl WithSimd for Products<'_> {
    type Output = ();

    /// Compiled once for each width of vector instructions; only what is inlined here is.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (row, product) in self.rows.chunks_exact(self.request.len()).zip(self.products) {
            let mut sum = 0_i32;
            for (x, y) in row.iter().zip(self.request) {
                sum += i32::from(*x) * i32::from(*y);
            }
            *product = sum;
        }
    }
}

/// Rounds the values of a vector to whole steps of which the greatest has `steps`; the step, and the norm of what is
/// lost.
fn round(vector: &[f32], steps: f32, mut take: impl FnMut(f32)) -> (f32, f32) {
    let most = vector.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let step = most / steps;
    let mut lost = 0.0;
    for value in vector {
        let whole = (value / step).round();
        take(whole);
        lost += (value - whole * step).powi(2);
    }
    (step, lost.sqrt())
}

/// The scalar product.
pub(super) fn dot(one: &[f32], two: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (ones, rest) = one.as_chunks::<LANES>();
    let (twos, other) = two.as_chunks::<LANES>();
    for (x, y) in ones.iter().zip(twos) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest.iter().zip(other).map(|(x, y)| x * y).sum::<f32>()
}

/// The `depth` best of the offered documents.
pub(super) struct Best {
    depth: usize,
    heap: BinaryHeap<Candidate>,
}

/// Ordered so that the worst candidate is the greatest: the heap's top is the one to drop.
struct Candidate {
    score: f64,
    document: u32,
}

impl Best {
    pub(super) fn new(depth: usize) -> Self {
        Self { depth, heap: BinaryHeap::with_capacity(depth + 1) }
    }

    pub(super) fn offer(&mut self, document: u32, score: f64) {
        let candidate = Candidate { score, document };
        if self.heap.len() < self.depth {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    /// The score that an offer has to beat.
    fn worst(&self) -> f64 {
        self.heap.peek().filter(|_| self.heap.len() == self.depth).map_or(f64::NEG_INFINITY, |worst| worst.score)
    }

    pub(super) fn ranked(self) -> Vec<(u32, f64)> {
        self.heap.into_sorted_vec().into_iter().map(|each| (each.document, each.score)).collect()
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.document.cmp(&other.document))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between -1 and 1 that look random and are the same in every run (splitmix64).
    fn draw(state: &mut u64) -> f32 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed >> 40) as f32 / (1_u64 << 23) as f32) - 1.0
    }

    fn unit(mut vector: Vec<f32>) -> Vec<f32> {
        let length = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
        vector
    }

    fn tools(vectors: &[Vec<f32>]) -> Vec<Arc<Tool>> {
        let tool = |(place, vector): (usize, &Vec<f32>)| {
            let mut tool = Tool::clone(&super::super::conformance::named(&["one"])[0]);
            tool.name = format!("tool{place}");
            (tool.embedding, tool.embedding_dim) = (Embedding(vector.clone()), vector.len());
            Arc::new(tool)
        };
        vectors.iter().enumerate().map(tool).collect()
    }

    #[test]
    fn the_nearest_are_those_of_comparing_all() {
        let state = &mut 5;
        for width in [1, 3, 16, 100, 256] {
            // Some directions, and many that are next to them: rounding alone could not tell these apart.
            let middles: Vec<Vec<f32>> = (0..20).map(|_| (0..width).map(|_| draw(state)).collect()).collect();
            let mut near = |middle: &Vec<f32>, by: f32| unit(middle.iter().map(|it| it + by * draw(state)).collect());
            let vectors: Vec<Vec<f32>> = (0..2000).map(|n| near(&middles[n % 20], 0.002 * (n % 3) as f32)).collect();
            let requests: Vec<Vec<f32>> = middles.iter().map(|middle| near(middle, 0.3)).collect();
            let all = tools(&vectors);
            let scanned = Vectors::of(&all, 1);
            assert_eq!(scanned.len(), 2000);
            for request in &requests {
                let is_allowed = |document: u32| !document.is_multiple_of(7);
                let mut every = Best::new(100);
                for (document, vector) in (0_u32..).zip(&vectors).filter(|(document, _)| is_allowed(*document)) {
                    every.offer(document, f64::midpoint(1.0, f64::from(dot(vector, request))));
                }
                let nearest = scanned.nearest(request, 100, is_allowed, |document| Some(&vectors[document as usize]));
                assert_eq!(nearest, every.ranked(), "{width}");
            }
        }
    }

    #[test]
    fn the_bounds_hold() {
        let state = &mut 9;
        let vectors: Vec<Vec<f32>> = (0..500).map(|_| unit((0..384).map(|_| draw(state).powi(3)).collect())).collect();
        let scanned = Vectors::of(&tools(&vectors), 1);
        for request in &vectors {
            for (vector, (low, high)) in vectors.iter().zip(scanned.bounds(request)) {
                let cosine = dot(vector, request);
                assert!(low <= cosine && cosine <= high && high - low < 0.05, "{low} {cosine} {high}");
            }
        }
    }

    #[test]
    fn what_has_no_direction_is_near_nothing() {
        let scanned = Vectors::of(&tools(&[vec![0.0, 1.0], vec![0.0, 0.0], vec![1.0]]), 1);
        assert_eq!(scanned.len(), 1, "no direction, and another width");
        let ask = |request: &[f32]| scanned.nearest(request, 5, |_| true, |_| Some(&[0.0, 1.0]));
        assert_eq!(ask(&[0.0, 1.0]), [(0, 1.0)]);
        assert_eq!(ask(&[0.0, 0.0]), []);
        assert_eq!(ask(&[1.0]), []);
        assert_eq!(Vectors::of(&[], 1).nearest(&[], 5, |_| true, |_| None), []);
    }
}
