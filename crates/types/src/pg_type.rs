//! PostgreSQL's types: OIDs (facts of `pg_type`), and a type with its modifier.
//!
//! # Types that users define
//! The OID of a user's type says what it is, so that whoever handles its values (a replica, a codec) needs no
//! catalog to know their form:
//! ```text
//! 01 kk a nnn nnnn nnnn nnnn nnnn nnnn nnnn     kk: UserKind; a: the array type over it
//! ```
//! `n` is unique among the types of a database. That of a composite type is the OID that it has as a relation, so
//! every table has a row type without having to keep its OID. All other objects have OIDs below, but for what is
//! temporary: that has those with 3 for `kk`. The last numbers, which begin with 111, are those of temporary types; they
//! stand for the temporary OIDs that end as they do ([`Oid::type_number`]).

/// An object id as PostgreSQL's catalogs use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Oid(pub u32);

impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A type with its modifier: `varchar(10)` is `{1043, 14}`, `numeric(12,2)` is
/// `{1700, (12 << 16 | 2) + 4}`, as in `pg_attribute.atttypmod`. `-1` is "no modifier".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct PgType {
    pub oid: Oid,
    pub typmod: i32,
}

impl PgType {
    /// The type without modifier.
    pub const fn new(oid: Oid) -> Self {
        Self { oid, typmod: -1 }
    }

    /// The type with a modifier.
    pub const fn with_typmod(oid: Oid, typmod: i32) -> Self {
        Self { oid, typmod }
    }
}

macro_rules! types {
    ($($konst:ident $oid:literal $name:literal $array:literal;)*) => {
        impl Oid {
            $(#[doc = $name] pub const $konst: Self = Self($oid);)*
        }
        impl PgType {
            $(#[doc = $name] pub const $konst: Self = Self::new(Oid::$konst);)*
        }
        /// OID, `typname`, and OID of the array type (0 if none) of each type that the engine knows.
        pub const TYPES: &[(Oid, &str, Oid)] = &[$((Oid($oid), $name, Oid($array))),*];
    };
}

types! {
    BOOL 16 "bool" 1000;
    BYTEA 17 "bytea" 1001;
    CHAR 18 "char" 1002;
    NAME 19 "name" 1003;
    INT8 20 "int8" 1016;
    INT2 21 "int2" 1005;
    INT2VECTOR 22 "int2vector" 1006;
    INT4 23 "int4" 1007;
    REGPROC 24 "regproc" 1008;
    TEXT 25 "text" 1009;
    OID 26 "oid" 1028;
    TID 27 "tid" 1010;
    XID 28 "xid" 1011;
    CID 29 "cid" 1012;
    OIDVECTOR 30 "oidvector" 1013;
    JSON 114 "json" 199;
    XML 142 "xml" 143;
    PG_NODE_TREE 194 "pg_node_tree" 0;
    POINT 600 "point" 1017;
    LSEG 601 "lseg" 1018;
    PATH 602 "path" 1019;
    BOX 603 "box" 1020;
    POLYGON 604 "polygon" 1027;
    LINE 628 "line" 629;
    CIDR 650 "cidr" 651;
    FLOAT4 700 "float4" 1021;
    FLOAT8 701 "float8" 1022;
    UNKNOWN 705 "unknown" 0;
    CIRCLE 718 "circle" 719;
    MACADDR8 774 "macaddr8" 775;
    MONEY 790 "money" 791;
    MACADDR 829 "macaddr" 1040;
    INET 869 "inet" 1041;
    ACLITEM 1033 "aclitem" 1034;
    BPCHAR 1042 "bpchar" 1014;
    VARCHAR 1043 "varchar" 1015;
    DATE 1082 "date" 1182;
    TIME 1083 "time" 1183;
    TIMESTAMP 1114 "timestamp" 1115;
    TIMESTAMPTZ 1184 "timestamptz" 1185;
    INTERVAL 1186 "interval" 1187;
    TIMETZ 1266 "timetz" 1270;
    BIT 1560 "bit" 1561;
    VARBIT 1562 "varbit" 1563;
    NUMERIC 1700 "numeric" 1231;
    REFCURSOR 1790 "refcursor" 2201;
    REGPROCEDURE 2202 "regprocedure" 2207;
    REGOPER 2203 "regoper" 2208;
    REGOPERATOR 2204 "regoperator" 2209;
    REGCLASS 2205 "regclass" 2210;
    REGTYPE 2206 "regtype" 2211;
    RECORD 2249 "record" 2287;
    CSTRING 2275 "cstring" 1263;
    ANY 2276 "any" 0;
    ANYARRAY 2277 "anyarray" 0;
    VOID 2278 "void" 0;
    TRIGGER 2279 "trigger" 0;
    INTERNAL 2281 "internal" 0;
    ANYELEMENT 2283 "anyelement" 0;
    ANYNONARRAY 2776 "anynonarray" 0;
    UUID 2950 "uuid" 2951;
    PG_LSN 3220 "pg_lsn" 3221;
    ANYENUM 3500 "anyenum" 0;
    TSVECTOR 3614 "tsvector" 3643;
    TSQUERY 3615 "tsquery" 3645;
    REGCONFIG 3734 "regconfig" 3735;
    REGDICTIONARY 3769 "regdictionary" 3770;
    JSONB 3802 "jsonb" 3807;
    JSONPATH 4072 "jsonpath" 4073;
    REGNAMESPACE 4089 "regnamespace" 4090;
    REGROLE 4096 "regrole" 4097;
    REGCOLLATION 4191 "regcollation" 4192;
    XID8 5069 "xid8" 271;
    ANYCOMPATIBLE 5077 "anycompatible" 0;
    ANYCOMPATIBLEARRAY 5078 "anycompatiblearray" 0;
    ANYCOMPATIBLENONARRAY 5079 "anycompatiblenonarray" 0;
}

/// What a type is that a user defined. The numbers are stored, inside OIDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserKind {
    Enum = 0,
    Composite = 1,
    Domain = 2,
}

/// The first OID of a user's type; OIDs of other objects are below, or from [`END_OF_USER_TYPES`] on.
pub const FIRST_USER_TYPE: u32 = 0x4000_0000;
/// OIDs of users' types are below.
pub const END_OF_USER_TYPES: u32 = 0x7000_0000;
const ARRAY_BIT: u32 = 0x0800_0000;
const KIND_SHIFT: u32 = 28;
/// Numbers of users' types are below, but for temporary ones.
pub const MAX_TYPE_NUMBER: u32 = 0x0700_0000;
/// How many temporary OIDs types can have, from [`END_OF_USER_TYPES`] on.
pub const TEMPORARY_TYPES: u32 = ARRAY_BIT - MAX_TYPE_NUMBER;

impl Oid {
    /// The OID of a user's type of this number, which is a temporary OID for a temporary type; `None` if the number is
    /// too large.
    pub const fn user_type(kind: UserKind, number: u32) -> Option<Self> {
        let packed = if number < MAX_TYPE_NUMBER {
            number
        } else if number >= END_OF_USER_TYPES && number - END_OF_USER_TYPES < TEMPORARY_TYPES {
            MAX_TYPE_NUMBER + (number - END_OF_USER_TYPES)
        } else {
            return None;
        };
        Some(Self(FIRST_USER_TYPE | (kind as u32) << KIND_SHIFT | packed))
    }

    /// Whether it is a type that a user defined, or the array type over one.
    pub const fn is_user_type(self) -> bool {
        self.0 >= FIRST_USER_TYPE && self.0 < END_OF_USER_TYPES
    }

    /// Whether it is the array type over a user's type.
    pub const fn is_user_array(self) -> bool {
        self.is_user_type() && self.0 & ARRAY_BIT != 0
    }

    /// What it is, if it is a user's type and not an array.
    pub const fn user_kind(self) -> Option<UserKind> {
        if !self.is_user_type() || self.is_user_array() {
            return None;
        }
        match self.0 >> KIND_SHIFT & 3 {
            0 => Some(UserKind::Enum),
            1 => Some(UserKind::Composite),
            2 => Some(UserKind::Domain),
            _ => None,
        }
    }

    /// The number of a user's type: the OID that it has as a relation, if it is composite.
    pub const fn type_number(self) -> u32 {
        let packed = self.0 & (ARRAY_BIT - 1);
        if packed < MAX_TYPE_NUMBER { packed } else { packed - MAX_TYPE_NUMBER + END_OF_USER_TYPES }
    }

    /// Whether it is a type of users, or the array type over one, that belongs to one session.
    pub const fn is_temporary_type(self) -> bool {
        self.is_user_type() && self.type_number() >= END_OF_USER_TYPES
    }

    pub const fn is_enum(self) -> bool {
        matches!(self.user_kind(), Some(UserKind::Enum))
    }

    pub const fn is_composite(self) -> bool {
        matches!(self.user_kind(), Some(UserKind::Composite))
    }

    /// Whether values are rows: of a composite type, or of none that has a name.
    pub const fn is_row(self) -> bool {
        self.0 == Self::RECORD.0 || self.is_composite()
    }

    pub const fn is_domain(self) -> bool {
        matches!(self.user_kind(), Some(UserKind::Domain))
    }

    /// Whether it is a domain, or an array of one: then values have the form of another type, which the catalog
    /// knows.
    pub const fn is_over_domain(self) -> bool {
        self.is_user_type() && self.0 >> KIND_SHIFT & 3 == UserKind::Domain as u32
    }

    /// OID of the array type over this type, if it has one.
    pub fn array_of(self) -> Option<Self> {
        if self.is_user_type() {
            return if self.is_user_array() { None } else { Some(Self(self.0 | ARRAY_BIT)) };
        }
        TYPES.iter().find(|t| t.0 == self && t.2.0 != 0).map(|t| t.2)
    }

    /// Element type, if this is an array type (`int2vector` and `oidvector` count).
    pub fn element(self) -> Option<Self> {
        match self {
            Self::INT2VECTOR => Some(Self::INT2),
            Self::OIDVECTOR => Some(Self::OID),
            _ if self.is_user_type() => self.is_user_array().then_some(Self(self.0 & !ARRAY_BIT)),
            _ => TYPES.iter().find(|t| t.2 == self && t.2.0 != 0).map(|t| t.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oids_of_users_types_say_what_they_are() {
        // Stored in descriptors and rows: the numbers must not change.
        assert_eq!(Oid::user_type(UserKind::Enum, 16_400), Some(Oid(0x4000_4010)));
        assert_eq!(Oid::user_type(UserKind::Composite, 16_400), Some(Oid(0x5000_4010)));
        let domain = Oid::user_type(UserKind::Domain, 16_400).expect("domain");
        assert_eq!(domain, Oid(0x6000_4010));
        let array = domain.array_of().expect("array");
        assert_eq!((array, array.element(), array.array_of()), (Oid(0x6800_4010), Some(domain), None));
        assert!(array.is_user_array() && array.user_kind().is_none() && array.is_over_domain());
        assert!(domain.is_domain() && domain.type_number() == 16_400 && domain.element().is_none());
        assert_eq!(Oid::user_type(UserKind::Enum, MAX_TYPE_NUMBER), None);
        assert_eq!(Oid::user_type(UserKind::Enum, END_OF_USER_TYPES + TEMPORARY_TYPES), None);
        let own = Oid::user_type(UserKind::Composite, 0x7000_0002).expect("temporary type");
        assert_eq!((own, own.type_number(), own.array_of()), (Oid(0x5700_0002), 0x7000_0002, Some(Oid(0x5f00_0002))));
        assert!(own.is_temporary_type() && own.is_composite() && Oid(0x5f00_0002).is_temporary_type());
        assert!(!domain.is_temporary_type() && !Oid(0x7000_0002).is_temporary_type());
        assert!(Oid(0x6fff_ffff).is_user_type());
        assert!([16_400, 0x7000_0000, 0x8000_0000].into_iter().all(|oid| !Oid(oid).is_user_type()));
    }
}
