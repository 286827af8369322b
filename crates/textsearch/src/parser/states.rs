//! States and rules of the automaton.

use super::TokenType::{self, *};

/// What a rule asks about the next character, or about what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    Any,
    End,
    Is(char),
    /// Whatever comes is passed over.
    Ignored,
    AsciiLetter,
    Letter,
    Digit,
    HexDigit,
    LetterOrDigit,
    /// Neither a letter nor a digit.
    Neither,
    Mark,
    Space,
    UrlCharacter,
    /// A host name is asked for and ends here.
    StopsAtHost,
    /// A host name follows; it is passed.
    HostFollows,
    /// The path of a URL follows; it is passed.
    UrlPathFollows,
}

/// What a rule does to the places that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Stay,
    /// Goes back to the last place that was kept.
    Back,
    /// Keeps this place and goes on.
    Try,
    /// Looks at the same character again.
    Again,
    /// The last place that was kept is no longer one to go back to.
    Forget,
    ForgetAll,
    /// Goes on in the state of the last place that was kept, but from here.
    Merge,
}

/// What else a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    None,
    /// The token is read again, for its parts.
    Again,
    /// The token is read again, for the host name in it.
    AgainForHost,
    /// The token begins anew.
    FromStart,
    /// What scripts and style sheets hold is passed over.
    Tag,
}

#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub test: Test,
    pub act: Act,
    /// The next state; the same if `None`.
    pub to: Option<State>,
    /// The token that ends here.
    pub token: Option<TokenType>,
    pub special: Special,
}

const fn go(test: Test, to: State) -> Rule {
    Rule { test, act: Act::Stay, to: Some(to), token: None, special: Special::None }
}
const fn stay(test: Test) -> Rule {
    Rule { test, act: Act::Stay, to: None, token: None, special: Special::None }
}
const fn attempt(test: Test, to: State) -> Rule {
    Rule { act: Act::Try, ..go(test, to) }
}
const fn forget(test: Test, to: State) -> Rule {
    Rule { act: Act::Forget, ..go(test, to) }
}
const fn again(test: Test, to: State) -> Rule {
    Rule { act: Act::Again, ..go(test, to) }
}
const fn back(test: Test) -> Rule {
    Rule { act: Act::Back, ..stay(test) }
}
/// Ends a token.
const fn end(test: Test, to: State, token: TokenType) -> Rule {
    Rule { token: Some(token), ..go(test, to) }
}
const fn end_forget(test: Test, to: State, token: TokenType) -> Rule {
    Rule { act: Act::Forget, ..end(test, to, token) }
}
const fn end_all(test: Test, to: State, token: TokenType) -> Rule {
    Rule { act: Act::ForgetAll, ..end(test, to, token) }
}
const fn with(special: Special, rule: Rule) -> Rule {
    Rule { special, ..rule }
}

const fn is(c: char) -> Test {
    Test::Is(c)
}

macro_rules! automaton {
    ($($state:ident: [$($rule:expr),* $(,)?];)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum State {
            $($state,)*
        }

        /// The rules of a state.
        pub const fn rules(state: State) -> &'static [Rule] {
            use State::*;
            use Test::{
                Any, AsciiLetter, Digit, End, HexDigit, HostFollows, Ignored, Letter, LetterOrDigit, Mark, Neither,
                Space, StopsAtHost, UrlCharacter, UrlPathFollows,
            };
            match state {
                $(State::$state => const { &[$($rule),*] },)*
            }
        }
    };
}

automaton! {
    Base: [
        go(End, Base), attempt(is('<'), TagFirst), go(Ignored, InBlank), go(AsciiLetter, InAsciiWord),
        go(Letter, InWord), go(Digit, InUnsignedInt), attempt(is('-'), SignedIntFirst),
        attempt(is('+'), SignedIntFirst), attempt(is('&'), EntityFirst), attempt(is('~'), FileTilde),
        attempt(is('/'), FileFirst), attempt(is('.'), PathFirstFirst), go(Any, InBlank),
    ];
    InNumWord: [
        end(End, Base, NumWord), go(LetterOrDigit, InNumWord), go(Mark, InNumWord), attempt(is('@'), InEmail),
        attempt(is('/'), FileFirst), attempt(is('.'), FileNext), attempt(is('-'), HyphenNumWordFirst),
        end(Any, Base, NumWord),
    ];
    InAsciiWord: [
        end(End, Base, AsciiWord), stay(AsciiLetter), attempt(is('.'), HostFirstDomain), attempt(is('.'), FileNext),
        attempt(is('-'), HostFirstAn), attempt(is('-'), HyphenAsciiWordFirst), attempt(is('_'), HostFirstAn),
        attempt(is('@'), InEmail), attempt(is(':'), ProtocolFirst), attempt(is('/'), FileFirst),
        attempt(Digit, InHost), go(Digit, InNumWord), go(Letter, InWord), go(Mark, InWord),
        end(Any, Base, AsciiWord),
    ];
    InWord: [
        end(End, Base, Word), stay(Letter), stay(Mark), go(Digit, InNumWord), attempt(is('-'), HyphenWordFirst),
        end(Any, Base, Word),
    ];
    InUnsignedInt: [
        end(End, Base, UnsignedInt), stay(Digit), attempt(is('.'), HostFirstDomain), attempt(is('.'), UDecimalFirst),
        attempt(is('e'), MantissaFirst), attempt(is('E'), MantissaFirst), attempt(is('-'), HostFirstAn),
        attempt(is('_'), HostFirstAn), attempt(is('@'), InEmail), attempt(AsciiLetter, InHost), go(Letter, InNumWord),
        go(Mark, InNumWord), attempt(is('/'), FileFirst), end(Any, Base, UnsignedInt),
    ];
    SignedIntFirst: [back(End), forget(Digit, InSignedInt), back(Any)];
    InSignedInt: [
        end(End, Base, SignedInt), stay(Digit), attempt(is('.'), DecimalFirst), attempt(is('e'), MantissaFirst),
        attempt(is('E'), MantissaFirst), end(Any, Base, SignedInt),
    ];
    InBlank: [
        end(End, Base, Blank), end(is('<'), Base, Blank), stay(Ignored), end(is('-'), Base, Blank),
        end(is('+'), Base, Blank), end(is('&'), Base, Blank), end(is('/'), Base, Blank), go(Neither, InBlank),
        end(Any, Base, Blank),
    ];
    UDecimalFirst: [back(End), forget(Digit, InUDecimal), back(Any)];
    InUDecimal: [
        end(End, Base, Decimal), go(Digit, InUDecimal), attempt(is('.'), VersionFirst),
        attempt(is('e'), MantissaFirst), attempt(is('E'), MantissaFirst), end(Any, Base, Decimal),
    ];
    DecimalFirst: [back(End), forget(Digit, InDecimal), back(Any)];
    InDecimal: [
        end(End, Base, Decimal), go(Digit, InDecimal), attempt(is('.'), SignedVersion),
        attempt(is('e'), MantissaFirst), attempt(is('E'), MantissaFirst), end(Any, Base, Decimal),
    ];
    // A version has no sign: what seemed to be one is given as a blank first.
    SignedVersion: [back(End), with(Special::FromStart, again(Digit, SignOfVersion)), back(Any)];
    SignOfVersion: [back(End), end_all(Digit, InUnsignedInt, Blank), stay(Any)];
    VersionFirst: [back(End), forget(Digit, InVersion), back(Any)];
    InVersion: [
        end(End, Base, Version), go(Digit, InVersion), attempt(is('.'), VersionFirst), end(Any, Base, Version),
    ];
    MantissaFirst: [
        back(End), forget(Digit, InMantissa), go(is('+'), MantissaSign), go(is('-'), MantissaSign), back(Any),
    ];
    MantissaSign: [back(End), forget(Digit, InMantissa), back(Any)];
    InMantissa: [end(End, Base, Scientific), go(Digit, InMantissa), end(Any, Base, Scientific)];

    EntityFirst: [
        back(End), go(is('#'), EntityNumberFirst), go(AsciiLetter, InEntity), go(is(':'), InEntity),
        go(is('_'), InEntity), back(Any),
    ];
    InEntity: [
        back(End), go(LetterOrDigit, InEntity), go(is(':'), InEntity), go(is('_'), InEntity), go(is('.'), InEntity),
        go(is('-'), InEntity), go(is(';'), EntityEnd), back(Any),
    ];
    EntityNumberFirst: [
        back(End), go(is('x'), EntityHexFirst), go(is('X'), EntityHexFirst), go(Digit, InEntityNumber), back(Any),
    ];
    EntityHexFirst: [back(End), go(HexDigit, InEntityHex), back(Any)];
    InEntityNumber: [back(End), go(Digit, InEntityNumber), go(is(';'), EntityEnd), back(Any)];
    InEntityHex: [back(End), go(HexDigit, InEntityHex), go(is(';'), EntityEnd), back(Any)];
    EntityEnd: [end_forget(Any, Base, Entity)];

    TagFirst: [
        back(End), attempt(is('/'), TagCloseFirst), attempt(is('!'), CommentFirst), attempt(is('?'), XmlBegin),
        attempt(AsciiLetter, TagName), attempt(is(':'), TagName), attempt(is('_'), TagName), back(Any),
    ];
    XmlBegin: [back(End), go(is('x'), InTag), back(Any)];
    TagCloseFirst: [back(End), go(AsciiLetter, TagName), back(Any)];
    TagName: [
        back(End), go(is('/'), TagBeginEnd), with(Special::Tag, go(is('>'), TagEnd)),
        with(Special::Tag, go(Space, InTag)), stay(LetterOrDigit), stay(is(':')), stay(is('_')), stay(is('.')),
        stay(is('-')), back(Any),
    ];
    TagBeginEnd: [back(End), go(is('>'), TagEnd), back(Any)];
    InTag: [
        back(End), with(Special::Tag, go(is('>'), TagEnd)), go(is('\''), TagQuote), go(is('"'), TagDoubleQuote),
        stay(AsciiLetter), stay(Digit), stay(is('=')), stay(is('-')), stay(is('_')), stay(is('#')), stay(is('/')),
        stay(is(':')), stay(is('.')), stay(is('&')), stay(is('?')), stay(is('%')), stay(is('~')),
        with(Special::Tag, stay(Space)), back(Any),
    ];
    TagQuote: [back(End), attempt(is('\\'), TagBackslash), go(is('\''), InTag), go(Any, TagQuote)];
    TagDoubleQuote: [back(End), attempt(is('\\'), TagBackslash), go(is('"'), InTag), go(Any, TagDoubleQuote)];
    TagBackslash: [back(End), Rule { act: Act::Merge, ..stay(Any) }];
    TagEnd: [end_all(Any, Base, Tag)];
    CommentFirst: [back(End), go(is('-'), CommentLast), go(is('D'), InTag), go(is('d'), InTag), back(Any)];
    CommentLast: [back(End), go(is('-'), InComment), back(Any)];
    InComment: [back(End), go(is('-'), CloseCommentFirst), stay(Any)];
    CloseCommentFirst: [back(End), go(is('-'), CloseCommentLast), go(Any, InComment)];
    CloseCommentLast: [back(End), stay(is('-')), go(is('>'), CommentEnd), go(Any, InComment)];
    CommentEnd: [end_all(Any, Base, Tag)];

    HostFirstDomain: [back(End), go(AsciiLetter, HostDomainSecond), go(Digit, InHost), back(Any)];
    HostDomainSecond: [
        back(End), go(AsciiLetter, HostDomain), attempt(Digit, InHost), attempt(is('-'), HostFirstAn),
        attempt(is('_'), HostFirstAn), attempt(is('.'), HostFirstDomain), attempt(is('@'), InEmail), back(Any),
    ];
    HostDomain: [
        end_all(End, Base, Host), go(AsciiLetter, HostDomain), attempt(Digit, InHost), attempt(is(':'), PortFirst),
        attempt(is('-'), HostFirstAn), attempt(is('_'), HostFirstAn), attempt(is('.'), HostFirstDomain),
        attempt(is('@'), InEmail), back(Digit), end_all(StopsAtHost, UrlPathStart, Host), attempt(is('/'), FullUrl),
        end_all(Any, Base, Host),
    ];
    PortFirst: [back(End), go(Digit, InPort), back(Any)];
    InPort: [
        end_all(End, Base, Host), go(Digit, InPort), end_all(StopsAtHost, UrlPathStart, Host),
        attempt(is('/'), FullUrl), end_all(Any, Base, Host),
    ];
    HostFirstAn: [back(End), go(Digit, InHost), go(AsciiLetter, InHost), back(Any)];
    InHost: [
        back(End), go(Digit, InHost), go(AsciiLetter, InHost), attempt(is('@'), InEmail),
        attempt(is('.'), HostFirstDomain), attempt(is('-'), HostFirstAn), attempt(is('_'), HostFirstAn), back(Any),
    ];
    InEmail: [back(StopsAtHost), end_all(HostFollows, Base, Email), back(Any)];
    FileFirst: [
        back(End), go(AsciiLetter, InFile), go(Digit, InFile), go(is('.'), PathFirst), go(is('_'), InFile),
        attempt(is('~'), FileTilde), back(Any),
    ];
    FileTilde: [
        back(End), go(AsciiLetter, InFile), go(Digit, InFile), go(is('_'), InFile), go(is('/'), FileFirst), back(Any),
    ];
    PathFirst: [
        back(End), go(AsciiLetter, InFile), go(Digit, InFile), go(is('_'), InFile), go(is('.'), PathSecond),
        go(is('/'), FileFirst), back(Any),
    ];
    PathFirstFirst: [back(End), go(is('.'), PathSecond), go(is('/'), FileFirst), back(Any)];
    PathSecond: [
        end_forget(End, Base, File), attempt(is('/'), FileFirst), end_forget(is('/'), Base, File),
        end_forget(Space, Base, File), back(Any),
    ];
    InFile: [
        end(End, Base, File), go(AsciiLetter, InFile), go(Digit, InFile), attempt(is('.'), FileNext),
        go(is('_'), InFile), go(is('-'), InFile), attempt(is('/'), FileFirst), end(Any, Base, File),
    ];
    FileNext: [
        back(End), forget(AsciiLetter, InFile), forget(Digit, InFile), forget(is('_'), InFile), back(Any),
    ];
    UrlPathFirst: [back(End), go(UrlCharacter, InUrlPath), back(Any)];
    UrlPathStart: [go(Any, InUrlPath)];
    InUrlPath: [end(End, Base, UrlPath), go(UrlCharacter, InUrlPath), end(Any, Base, UrlPath)];
    FullUrl: [
        back(End), with(Special::AgainForHost, end_all(UrlPathFollows, Base, Url)), back(Any),
    ];
    ProtocolFirst: [back(End), go(is('/'), ProtocolSecond), back(Any)];
    ProtocolSecond: [back(End), go(is('/'), ProtocolEnd), back(Any)];
    ProtocolEnd: [end_all(Any, Base, Protocol)];

    HyphenAsciiWordFirst: [
        back(End), go(AsciiLetter, HyphenAsciiWord), go(Letter, HyphenWord), go(Digit, HyphenDigitAhead), back(Any),
    ];
    HyphenAsciiWord: [
        with(Special::Again, end_all(End, HyphenParts, AsciiHyphenated)), go(AsciiLetter, HyphenAsciiWord),
        go(Letter, HyphenWord), go(Mark, HyphenWord), go(Digit, HyphenNumWord),
        attempt(is('-'), HyphenAsciiWordFirst),
        with(Special::Again, end_all(Any, HyphenParts, AsciiHyphenated)),
    ];
    HyphenWordFirst: [back(End), go(Letter, HyphenWord), go(Digit, HyphenDigitAhead), back(Any)];
    HyphenWord: [
        with(Special::Again, end_all(End, HyphenParts, Hyphenated)), go(Letter, HyphenWord), go(Mark, HyphenWord),
        go(Digit, HyphenNumWord), attempt(is('-'), HyphenWordFirst),
        with(Special::Again, end_all(Any, HyphenParts, Hyphenated)),
    ];
    HyphenNumWordFirst: [back(End), go(Letter, HyphenNumWord), go(Digit, HyphenDigitAhead), back(Any)];
    HyphenNumWord: [
        with(Special::Again, end_all(End, HyphenParts, NumHyphenated)), go(LetterOrDigit, HyphenNumWord),
        go(Mark, HyphenNumWord), attempt(is('-'), HyphenNumWordFirst),
        with(Special::Again, end_all(Any, HyphenParts, NumHyphenated)),
    ];
    HyphenDigitAhead: [
        back(End), go(Digit, HyphenDigitAhead), go(Letter, HyphenNumWord), go(Mark, HyphenNumWord), back(Any),
    ];
    HyphenParts: [
        again(End, Base), go(AsciiLetter, InAsciiPart), go(Letter, InPart), attempt(Digit, PartUnsignedInt),
        attempt(is('-'), HyphenBetween), again(Any, Base),
    ];
    HyphenBetween: [
        back(End), end_forget(LetterOrDigit, HyphenParts, Blank), end_forget(Mark, HyphenParts, Blank), back(Any),
    ];
    InPart: [
        end(End, Base, HyphenPart), go(Letter, InPart), go(Mark, InPart), go(Digit, InNumPart),
        end(Any, HyphenParts, HyphenPart),
    ];
    InAsciiPart: [
        end(End, Base, AsciiHyphenPart), go(AsciiLetter, InAsciiPart), go(Letter, InPart), go(Mark, InPart),
        go(Digit, InNumPart), end(Any, HyphenParts, AsciiHyphenPart),
    ];
    InNumPart: [
        end(End, Base, NumHyphenPart), go(LetterOrDigit, InNumPart), go(Mark, InNumPart),
        end(Any, HyphenParts, NumHyphenPart),
    ];
    PartUnsignedInt: [
        back(End), stay(Digit), forget(Letter, InNumPart), forget(Mark, InNumPart), back(Any),
    ];
}
