//! Arrow types of PostgreSQL types, and values to and from arrays.

use arrow::datatypes::DataType;
use gavel_types::{Oid, PgType};

/// The Arrow type that values of `ty` have inside the engine. Types without one of their own are
/// `Binary`, in the self-describing datum codec of `gavel_encoding`.
pub fn physical_type(ty: PgType) -> DataType {
    match ty.oid {
        Oid::BOOL => DataType::Boolean,
        Oid::INT2 => DataType::Int16,
        Oid::INT4 | Oid::DATE => DataType::Int32,
        Oid::INT8 | Oid::TIME | Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::PG_LSN => DataType::Int64,
        Oid::FLOAT4 => DataType::Float32,
        Oid::FLOAT8 => DataType::Float64,
        Oid::TEXT
        | Oid::VARCHAR
        | Oid::BPCHAR
        | Oid::NAME
        | Oid::JSON
        | Oid::JSONB
        | Oid::XML
        | Oid::UNKNOWN
        | Oid::CSTRING
        | Oid::REFCURSOR
        | Oid::PG_NODE_TREE
        | Oid::ACLITEM => DataType::Utf8,
        Oid::CHAR => DataType::UInt8,
        Oid::OID
        | Oid::XID
        | Oid::CID
        | Oid::REGPROC
        | Oid::REGPROCEDURE
        | Oid::REGOPER
        | Oid::REGOPERATOR
        | Oid::REGCLASS
        | Oid::REGTYPE
        | Oid::REGNAMESPACE
        | Oid::REGROLE
        | Oid::REGCOLLATION => DataType::UInt32,
        Oid::UUID | Oid::INTERVAL => DataType::FixedSizeBinary(16),
        Oid::VOID => DataType::Null,
        _ => DataType::Binary,
    }
}
