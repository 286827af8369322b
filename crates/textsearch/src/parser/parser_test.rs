use super::*;

/// Tokens but for blanks, as `alias:text`.
fn shown(text: &str) -> String {
    let tokens = Parser::new(text).filter(|t| t.kind != TokenType::Blank);
    tokens.map(|t| format!("{}:{}", t.kind.alias(), t.text)).collect::<Vec<_>>().join(" ")
}

#[test]
fn tokens_are_those_of_postgresql() {
    let cases = [
        ("345 qwe@efd.r ' http://www.com/", "uint:345 asciiword:qwe file:efd.r protocol:http:// host:www.com"),
        (
            "http://aew.werc.ewr/?ad=qwe&dw",
            "protocol:http:// url:aew.werc.ewr/?ad=qwe&dw host:aew.werc.ewr url_path:/?ad=qwe&dw",
        ),
        ("teodor@stack.net", "email:teodor@stack.net"),
        ("foo-bar", "asciihword:foo-bar hword_asciipart:foo hword_asciipart:bar"),
        ("-4.2 4.2e-10 1.2.3", "float:-4.2 sfloat:4.2e-10 version:1.2.3"),
        ("/usr/local/fff", "file:/usr/local/fff"),
        ("<i <b> &amp; wow", "asciiword:i tag:<b> entity:&amp; asciiword:wow"),
        ("<script>a b</script> c", "tag:<script> tag:</script> asciiword:c"),
        ("Привет мир2", "word:Привет numword:мир2"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

/// Each line is a text, a tab, and what PostgreSQL 15's `ts_parse` makes of it: `number[token]` for each token.
#[test]
fn odd_texts_fall_into_the_tokens_of_postgresql() {
    for line in include_str!("tokens.txt").lines() {
        let (text, expected) = line.split_once('\t').expect("a text and its tokens");
        let found: String = Parser::new(text).map(|t| format!("{}[{}]", t.kind.number(), t.text)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn all_of_a_text_is_in_tokens() {
    for text in ["a b-c, d@e.fg /h/i <j k='l'> 1.2e3 -4 http://m.no:80/p?q=r é-ü ~s ../t", "", " ", "<", "a@", "-", "&"]
    {
        let mut at = 0;
        for token in Parser::new(text) {
            let start = token.text.as_ptr() as usize - text.as_ptr() as usize;
            assert!(start <= at, "a gap in {text}");
            at = at.max(start + token.text.len());
        }
        assert_eq!(at, text.len(), "{text}");
    }
}
