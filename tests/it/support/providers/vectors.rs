//! Vectors that are always the same for a text, and near for texts that share words.

/// A vector of length 1.
pub(super) fn of(text: &str, width: usize, salt: u64) -> Vec<f32> {
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    if words.is_empty() {
        words.push(&lower);
    }
    let mut vector = vec![0.0; width];
    for word in words {
        let mut state = seed(word, salt);
        for value in &mut vector {
            *value += step(&mut state);
        }
    }
    normalize(&mut vector);
    vector
}

/// To length 1.
pub(super) fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in vector {
            *value /= length;
        }
    }
}

/// FNV-1a.
fn seed(word: &str, salt: u64) -> u64 {
    salt.to_le_bytes()
        .iter()
        .chain(word.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The next number from -1 to 1, by splitmix64.
fn step(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let high = u16::try_from((mixed ^ (mixed >> 31)) >> 48).expect("16 bits are left");
    f32::from(high) / 32_767.5 - 1.0
}
