//! Letters that look like Latin ones.

/// The Latin letter a letter of another script (or a phonetic or ornamental one) looks like, in lower case.
///
/// Only what is left after compatibility normalisation and lower-casing; the mathematical and full-width alphabets
/// are gone by then.
pub(super) const fn look_alike(char: char) -> Option<char> {
    Some(match char {
        'а' | 'α' | 'ɑ' | 'ᴀ' | 'ꭺ' | 'ꓮ' | 'ɐ' => 'a',
        'ь' | 'в' | 'β' | 'ʙ' | 'ꓐ' | 'ƅ' | 'Ᏼ' => 'b',
        'с' | 'ϲ' | 'ᴄ' | 'ꓚ' | 'ⅽ' | 'ⲥ' => 'c',
        'ԁ' | 'ժ' | 'ᴅ' | 'ꓓ' | 'ɗ' | 'đ' | 'ð' => 'd',
        'е' | 'ё' | 'є' | 'ҽ' | 'ε' | 'ᴇ' | 'ꓰ' | 'ǝ' | 'ə' => 'e',
        'ꜰ' | 'ꓝ' | 'ғ' | 'ſ' | 'ϝ' => 'f',
        'ɡ' | 'ց' | 'ɢ' | 'ꓖ' | 'ԍ' => 'g',
        'һ' | 'հ' | 'н' | 'η' | 'ʜ' | 'ꓧ' | 'ħ' => 'h',
        'і' | 'ї' | 'ι' | 'ɩ' | 'ı' | 'ɪ' | 'ꓲ' | 'ӏ' | 'ɨ' => 'i',
        'ј' | 'ϳ' | 'յ' | 'ᴊ' | 'ꓙ' | 'ȷ' => 'j',
        'к' | 'κ' | 'ᴋ' | 'ꓗ' | 'ҝ' | 'ĸ' => 'k',
        'ʟ' | 'ꓡ' | 'ł' | 'ⅼ' => 'l',
        'м' | 'μ' | 'ᴍ' | 'ꓟ' | 'ⅿ' => 'm',
        'п' | 'ո' | 'ռ' | 'ɴ' | 'ꓠ' | 'ƞ' | 'ŋ' => 'n',
        'о' | 'ο' | 'օ' | 'σ' | 'ө' | 'ᴏ' | 'ꓳ' | 'ø' | 'ⲟ' | 'ჿ' => 'o',
        'р' | 'ρ' | 'ᴘ' | 'ꓑ' | 'ⲣ' | 'þ' => 'p',
        'ԛ' | 'զ' | 'գ' | 'ǫ' => 'q',
        'г' | 'ʀ' | 'ꓣ' | 'ɾ' | 'ⲅ' | 'я' => 'r',
        'ѕ' | 'ꜱ' | 'ꓢ' | 'ʂ' => 's',
        'т' | 'τ' | 'ᴛ' | 'ꓔ' | 'ŧ' => 't',
        'υ' | 'ս' | 'ᴜ' | 'ꓴ' | 'ʋ' => 'u',
        'ѵ' | 'ν' | 'ᴠ' | 'ꓦ' | 'ⅴ' => 'v',
        'ԝ' | 'ա' | 'ω' | 'ᴡ' | 'ꓪ' | 'ш' => 'w',
        'х' | 'χ' | 'ꓫ' | 'ⅹ' => 'x',
        'у' | 'ү' | 'γ' | 'ʏ' | 'ꓬ' | 'ყ' => 'y',
        'ᴢ' | 'ꓜ' | 'ʐ' => 'z',
        _ => return None,
    })
}

/// Ornamental capitals that compatibility normalisation leaves alone: black circles and squares, regional indicators.
pub(super) fn ornament(char: char) -> Option<char> {
    let from = match char {
        '\u{1f150}'..='\u{1f169}' => 0x1f150,
        '\u{1f170}'..='\u{1f189}' => 0x1f170,
        '\u{1f1e6}'..='\u{1f1ff}' => 0x1f1e6,
        _ => return None,
    };
    u8::try_from(char as u32 - from).ok().map(|letter| char::from(b'a' + letter))
}

/// A Latin letter with its marks taken off; two letters for ligatures. `None`: leave it as it is.
pub(super) fn bare(char: char) -> Option<&'static str> {
    Some(match char {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŧ' => "t",
        _ => return None,
    })
}

/// Latin letters beyond ASCII, with or without marks.
pub(super) const fn is_latin(char: char) -> bool {
    char.is_ascii_alphabetic()
        || matches!(char, '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
            && !matches!(char, '\u{d7}' | '\u{f7}')
}

/// Marks that are taken off any letter: accents, Arabic vowels and the stretch, Hebrew points.
pub(super) const fn is_mark(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}')
}

/// Scripts written without blanks between words (and Hangul, whose particles hang on).
pub(crate) const fn is_unspaced(char: char) -> bool {
    matches!(char, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
