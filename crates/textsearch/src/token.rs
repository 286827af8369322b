//! What the default parser tells apart (manual §12.5).

macro_rules! tokens {
    ($($name:ident $number:literal $alias:literal $description:literal;)*) => {
        /// A kind of token; its number is that of PostgreSQL.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TokenType {
            $(#[doc = $description] $name = $number,)*
        }

        impl TokenType {
            /// All kinds, by number.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its short name.
            pub const fn alias(self) -> &'static str {
                match self {
                    $(Self::$name => $alias,)*
                }
            }

            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                }
            }
        }
    };
}

tokens! {
    AsciiWord 1 "asciiword" "Word, all ASCII";
    Word 2 "word" "Word, all letters";
    NumWord 3 "numword" "Word, letters and digits";
    Email 4 "email" "Email address";
    Url 5 "url" "URL";
    Host 6 "host" "Host";
    Scientific 7 "sfloat" "Scientific notation";
    Version 8 "version" "Version number";
    NumHyphenPart 9 "hword_numpart" "Hyphenated word part, letters and digits";
    HyphenPart 10 "hword_part" "Hyphenated word part, all letters";
    AsciiHyphenPart 11 "hword_asciipart" "Hyphenated word part, all ASCII";
    Blank 12 "blank" "Space symbols";
    Tag 13 "tag" "XML tag";
    Protocol 14 "protocol" "Protocol head";
    NumHyphenated 15 "numhword" "Hyphenated word, letters and digits";
    AsciiHyphenated 16 "asciihword" "Hyphenated word, all ASCII";
    Hyphenated 17 "hword" "Hyphenated word, all letters";
    UrlPath 18 "url_path" "URL path";
    File 19 "file" "File or path name";
    Decimal 20 "float" "Decimal notation";
    SignedInt 21 "int" "Signed integer";
    UnsignedInt 22 "uint" "Unsigned integer";
    Entity 23 "entity" "XML entity";
}

impl TokenType {
    /// Its number.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// Whether it is a hyphenated word, whose parts follow it.
    pub const fn is_compound(self) -> bool {
        matches!(self, Self::NumHyphenated | Self::AsciiHyphenated | Self::Hyphenated)
    }
}
