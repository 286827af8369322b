//! SQLSTATE codes (PostgreSQL manual, appendix A): a closed type, so that no code is misspelt.

/// A five-character SQLSTATE. Variants carry PostgreSQL's condition names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SqlState {
    // Class 00 - Successful Completion
    /// `00000` successful_completion
    SuccessfulCompletion,
    // Class 01 - Warning
    /// `01000` warning
    Warning,
    /// `0100C` dynamic_result_sets_returned
    DynamicResultSetsReturned,
    /// `01008` implicit_zero_bit_padding
    ImplicitZeroBitPadding,
    /// `01003` null_value_eliminated_in_set_function
    NullValueEliminatedInSetFunction,
    /// `01007` privilege_not_granted
    PrivilegeNotGranted,
    /// `01006` privilege_not_revoked
    PrivilegeNotRevoked,
    /// `01004` string_data_right_truncation
    StringDataRightTruncation,
    /// `01P01` deprecated_feature
    DeprecatedFeature,
    // Class 02 - No Data (this is also a warning class per the SQL standard)
    /// `02000` no_data
    NoData,
    /// `02001` no_additional_dynamic_result_sets_returned
    NoAdditionalDynamicResultSetsReturned,
    // Class 03 - SQL Statement Not Yet Complete
    /// `03000` sql_statement_not_yet_complete
    SqlStatementNotYetComplete,
    // Class 08 - Connection Exception
    /// `08000` connection_exception
    ConnectionException,
    /// `08003` connection_does_not_exist
    ConnectionDoesNotExist,
    /// `08006` connection_failure
    ConnectionFailure,
    /// `08001` sqlclient_unable_to_establish_sqlconnection
    SqlclientUnableToEstablishSqlconnection,
    /// `08004` sqlserver_rejected_establishment_of_sqlconnection
    SqlserverRejectedEstablishmentOfSqlconnection,
    /// `08007` transaction_resolution_unknown
    TransactionResolutionUnknown,
    /// `08P01` protocol_violation
    ProtocolViolation,
    // Class 09 - Triggered Action Exception
    /// `09000` triggered_action_exception
    TriggeredActionException,
    // Class 0A - Feature Not Supported
    /// `0A000` feature_not_supported
    FeatureNotSupported,
    // Class 0B - Invalid Transaction Initiation
    /// `0B000` invalid_transaction_initiation
    InvalidTransactionInitiation,
    // Class 0F - Locator Exception
    /// `0F000` locator_exception
    LocatorException,
    /// `0F001` invalid_locator_specification
    InvalidLocatorSpecification,
    // Class 0L - Invalid Grantor
    /// `0L000` invalid_grantor
    InvalidGrantor,
    /// `0LP01` invalid_grant_operation
    InvalidGrantOperation,
    // Class 0P - Invalid Role Specification
    /// `0P000` invalid_role_specification
    InvalidRoleSpecification,
    // Class 0Z - Diagnostics Exception
    /// `0Z000` diagnostics_exception
    DiagnosticsException,
    /// `0Z002` stacked_diagnostics_accessed_without_active_handler
    StackedDiagnosticsAccessedWithoutActiveHandler,
    // Class 20 - Case Not Found
    /// `20000` case_not_found
    CaseNotFound,
    // Class 21 - Cardinality Violation
    /// `21000` cardinality_violation
    CardinalityViolation,
    // Class 22 - Data Exception
    /// `22000` data_exception
    DataException,
    /// `2202E` array_subscript_error
    ArraySubscriptError,
    /// `22021` character_not_in_repertoire
    CharacterNotInRepertoire,
    /// `22008` datetime_field_overflow
    DatetimeFieldOverflow,
    /// `22012` division_by_zero
    DivisionByZero,
    /// `22005` error_in_assignment
    ErrorInAssignment,
    /// `2200B` escape_character_conflict
    EscapeCharacterConflict,
    /// `22022` indicator_overflow
    IndicatorOverflow,
    /// `22015` interval_field_overflow
    IntervalFieldOverflow,
    /// `2201E` invalid_argument_for_logarithm
    InvalidArgumentForLogarithm,
    /// `22014` invalid_argument_for_ntile_function
    InvalidArgumentForNtileFunction,
    /// `22016` invalid_argument_for_nth_value_function
    InvalidArgumentForNthValueFunction,
    /// `2201F` invalid_argument_for_power_function
    InvalidArgumentForPowerFunction,
    /// `2201G` invalid_argument_for_width_bucket_function
    InvalidArgumentForWidthBucketFunction,
    /// `22018` invalid_character_value_for_cast
    InvalidCharacterValueForCast,
    /// `22007` invalid_datetime_format
    InvalidDatetimeFormat,
    /// `22019` invalid_escape_character
    InvalidEscapeCharacter,
    /// `2200D` invalid_escape_octet
    InvalidEscapeOctet,
    /// `22025` invalid_escape_sequence
    InvalidEscapeSequence,
    /// `22P06` nonstandard_use_of_escape_character
    NonstandardUseOfEscapeCharacter,
    /// `22010` invalid_indicator_parameter_value
    InvalidIndicatorParameterValue,
    /// `22023` invalid_parameter_value
    InvalidParameterValue,
    /// `22013` invalid_preceding_or_following_size
    InvalidPrecedingOrFollowingSize,
    /// `2201B` invalid_regular_expression
    InvalidRegularExpression,
    /// `2201W` invalid_row_count_in_limit_clause
    InvalidRowCountInLimitClause,
    /// `2201X` invalid_row_count_in_result_offset_clause
    InvalidRowCountInResultOffsetClause,
    /// `2202H` invalid_tablesample_argument
    InvalidTablesampleArgument,
    /// `2202G` invalid_tablesample_repeat
    InvalidTablesampleRepeat,
    /// `22009` invalid_time_zone_displacement_value
    InvalidTimeZoneDisplacementValue,
    /// `2200C` invalid_use_of_escape_character
    InvalidUseOfEscapeCharacter,
    /// `2200G` most_specific_type_mismatch
    MostSpecificTypeMismatch,
    /// `22004` null_value_not_allowed
    NullValueNotAllowed,
    /// `22002` null_value_no_indicator_parameter
    NullValueNoIndicatorParameter,
    /// `22003` numeric_value_out_of_range
    NumericValueOutOfRange,
    /// `2200H` sequence_generator_limit_exceeded
    SequenceGeneratorLimitExceeded,
    /// `22026` string_data_length_mismatch
    StringDataLengthMismatch,
    /// `22001` string_data_right_truncation
    StringDataRightTruncation22,
    /// `22011` substring_error
    SubstringError,
    /// `22027` trim_error
    TrimError,
    /// `22024` unterminated_c_string
    UnterminatedCString,
    /// `2200F` zero_length_character_string
    ZeroLengthCharacterString,
    /// `22P01` floating_point_exception
    FloatingPointException,
    /// `22P02` invalid_text_representation
    InvalidTextRepresentation,
    /// `22P03` invalid_binary_representation
    InvalidBinaryRepresentation,
    /// `22P04` bad_copy_file_format
    BadCopyFileFormat,
    /// `22P05` untranslatable_character
    UntranslatableCharacter,
    /// `2200L` not_an_xml_document
    NotAnXmlDocument,
    /// `2200M` invalid_xml_document
    InvalidXmlDocument,
    /// `2200N` invalid_xml_content
    InvalidXmlContent,
    /// `2200S` invalid_xml_comment
    InvalidXmlComment,
    /// `2200T` invalid_xml_processing_instruction
    InvalidXmlProcessingInstruction,
    /// `22030` duplicate_json_object_key_value
    DuplicateJsonObjectKeyValue,
    /// `22031` invalid_argument_for_sql_json_datetime_function
    InvalidArgumentForSqlJsonDatetimeFunction,
    /// `22032` invalid_json_text
    InvalidJsonText,
    /// `22033` invalid_sql_json_subscript
    InvalidSqlJsonSubscript,
    /// `22034` more_than_one_sql_json_item
    MoreThanOneSqlJsonItem,
    /// `22035` no_sql_json_item
    NoSqlJsonItem,
    /// `22036` non_numeric_sql_json_item
    NonNumericSqlJsonItem,
    /// `22037` non_unique_keys_in_a_json_object
    NonUniqueKeysInAJsonObject,
    /// `22038` singleton_sql_json_item_required
    SingletonSqlJsonItemRequired,
    /// `22039` sql_json_array_not_found
    SqlJsonArrayNotFound,
    /// `2203A` sql_json_member_not_found
    SqlJsonMemberNotFound,
    /// `2203B` sql_json_number_not_found
    SqlJsonNumberNotFound,
    /// `2203C` sql_json_object_not_found
    SqlJsonObjectNotFound,
    /// `2203D` too_many_json_array_elements
    TooManyJsonArrayElements,
    /// `2203E` too_many_json_object_members
    TooManyJsonObjectMembers,
    /// `2203F` sql_json_scalar_required
    SqlJsonScalarRequired,
    /// `2203G` sql_json_item_cannot_be_cast_to_target_type
    SqlJsonItemCannotBeCastToTargetType,
    // Class 23 - Integrity Constraint Violation
    /// `23000` integrity_constraint_violation
    IntegrityConstraintViolation,
    /// `23001` restrict_violation
    RestrictViolation,
    /// `23502` not_null_violation
    NotNullViolation,
    /// `23503` foreign_key_violation
    ForeignKeyViolation,
    /// `23505` unique_violation
    UniqueViolation,
    /// `23514` check_violation
    CheckViolation,
    /// `23P01` exclusion_violation
    ExclusionViolation,
    // Class 24 - Invalid Cursor State
    /// `24000` invalid_cursor_state
    InvalidCursorState,
    // Class 25 - Invalid Transaction State
    /// `25000` invalid_transaction_state
    InvalidTransactionState,
    /// `25001` active_sql_transaction
    ActiveSqlTransaction,
    /// `25002` branch_transaction_already_active
    BranchTransactionAlreadyActive,
    /// `25008` held_cursor_requires_same_isolation_level
    HeldCursorRequiresSameIsolationLevel,
    /// `25003` inappropriate_access_mode_for_branch_transaction
    InappropriateAccessModeForBranchTransaction,
    /// `25004` inappropriate_isolation_level_for_branch_transaction
    InappropriateIsolationLevelForBranchTransaction,
    /// `25005` no_active_sql_transaction_for_branch_transaction
    NoActiveSqlTransactionForBranchTransaction,
    /// `25006` read_only_sql_transaction
    ReadOnlySqlTransaction,
    /// `25007` schema_and_data_statement_mixing_not_supported
    SchemaAndDataStatementMixingNotSupported,
    /// `25P01` no_active_sql_transaction
    NoActiveSqlTransaction,
    /// `25P02` in_failed_sql_transaction
    InFailedSqlTransaction,
    /// `25P03` idle_in_transaction_session_timeout
    IdleInTransactionSessionTimeout,
    /// `25P04` transaction_timeout
    TransactionTimeout,
    // Class 26 - Invalid SQL Statement Name
    /// `26000` invalid_sql_statement_name
    InvalidSqlStatementName,
    // Class 27 - Triggered Data Change Violation
    /// `27000` triggered_data_change_violation
    TriggeredDataChangeViolation,
    // Class 28 - Invalid Authorization Specification
    /// `28000` invalid_authorization_specification
    InvalidAuthorizationSpecification,
    /// `28P01` invalid_password
    InvalidPassword,
    // Class 2B - Dependent Privilege Descriptors Still Exist
    /// `2B000` dependent_privilege_descriptors_still_exist
    DependentPrivilegeDescriptorsStillExist,
    /// `2BP01` dependent_objects_still_exist
    DependentObjectsStillExist,
    // Class 2D - Invalid Transaction Termination
    /// `2D000` invalid_transaction_termination
    InvalidTransactionTermination,
    // Class 2F - SQL Routine Exception
    /// `2F000` sql_routine_exception
    SqlRoutineException,
    /// `2F005` function_executed_no_return_statement
    FunctionExecutedNoReturnStatement,
    /// `2F002` modifying_sql_data_not_permitted
    ModifyingSqlDataNotPermitted,
    /// `2F003` prohibited_sql_statement_attempted
    ProhibitedSqlStatementAttempted,
    /// `2F004` reading_sql_data_not_permitted
    ReadingSqlDataNotPermitted,
    // Class 34 - Invalid Cursor Name
    /// `34000` invalid_cursor_name
    InvalidCursorName,
    // Class 38 - External Routine Exception
    /// `38000` external_routine_exception
    ExternalRoutineException,
    /// `38001` containing_sql_not_permitted
    ContainingSqlNotPermitted,
    /// `38002` modifying_sql_data_not_permitted
    ModifyingSqlDataNotPermitted38,
    /// `38003` prohibited_sql_statement_attempted
    ProhibitedSqlStatementAttempted38,
    /// `38004` reading_sql_data_not_permitted
    ReadingSqlDataNotPermitted38,
    // Class 39 - External Routine Invocation Exception
    /// `39000` external_routine_invocation_exception
    ExternalRoutineInvocationException,
    /// `39001` invalid_sqlstate_returned
    InvalidSqlstateReturned,
    /// `39004` null_value_not_allowed
    NullValueNotAllowed39,
    /// `39P01` trigger_protocol_violated
    TriggerProtocolViolated,
    /// `39P02` srf_protocol_violated
    SrfProtocolViolated,
    /// `39P03` event_trigger_protocol_violated
    EventTriggerProtocolViolated,
    // Class 3B - Savepoint Exception
    /// `3B000` savepoint_exception
    SavepointException,
    /// `3B001` invalid_savepoint_specification
    InvalidSavepointSpecification,
    // Class 3D - Invalid Catalog Name
    /// `3D000` invalid_catalog_name
    InvalidCatalogName,
    // Class 3F - Invalid Schema Name
    /// `3F000` invalid_schema_name
    InvalidSchemaName,
    // Class 40 - Transaction Rollback
    /// `40000` transaction_rollback
    TransactionRollback,
    /// `40002` transaction_integrity_constraint_violation
    TransactionIntegrityConstraintViolation,
    /// `40001` serialization_failure
    SerializationFailure,
    /// `40003` statement_completion_unknown
    StatementCompletionUnknown,
    /// `40P01` deadlock_detected
    DeadlockDetected,
    // Class 42 - Syntax Error or Access Rule Violation
    /// `42000` syntax_error_or_access_rule_violation
    SyntaxErrorOrAccessRuleViolation,
    /// `42601` syntax_error
    SyntaxError,
    /// `42501` insufficient_privilege
    InsufficientPrivilege,
    /// `42846` cannot_coerce
    CannotCoerce,
    /// `42803` grouping_error
    GroupingError,
    /// `42P20` windowing_error
    WindowingError,
    /// `42P19` invalid_recursion
    InvalidRecursion,
    /// `42830` invalid_foreign_key
    InvalidForeignKey,
    /// `42602` invalid_name
    InvalidName,
    /// `42622` name_too_long
    NameTooLong,
    /// `42939` reserved_name
    ReservedName,
    /// `42804` datatype_mismatch
    DatatypeMismatch,
    /// `42P18` indeterminate_datatype
    IndeterminateDatatype,
    /// `42P21` collation_mismatch
    CollationMismatch,
    /// `42P22` indeterminate_collation
    IndeterminateCollation,
    /// `42809` wrong_object_type
    WrongObjectType,
    /// `428C9` generated_always
    GeneratedAlways,
    /// `42703` undefined_column
    UndefinedColumn,
    /// `42883` undefined_function
    UndefinedFunction,
    /// `42P01` undefined_table
    UndefinedTable,
    /// `42P02` undefined_parameter
    UndefinedParameter,
    /// `42704` undefined_object
    UndefinedObject,
    /// `42701` duplicate_column
    DuplicateColumn,
    /// `42P03` duplicate_cursor
    DuplicateCursor,
    /// `42P04` duplicate_database
    DuplicateDatabase,
    /// `42723` duplicate_function
    DuplicateFunction,
    /// `42P05` duplicate_prepared_statement
    DuplicatePreparedStatement,
    /// `42P06` duplicate_schema
    DuplicateSchema,
    /// `42P07` duplicate_table
    DuplicateTable,
    /// `42712` duplicate_alias
    DuplicateAlias,
    /// `42710` duplicate_object
    DuplicateObject,
    /// `42702` ambiguous_column
    AmbiguousColumn,
    /// `42725` ambiguous_function
    AmbiguousFunction,
    /// `42P08` ambiguous_parameter
    AmbiguousParameter,
    /// `42P09` ambiguous_alias
    AmbiguousAlias,
    /// `42P10` invalid_column_reference
    InvalidColumnReference,
    /// `42611` invalid_column_definition
    InvalidColumnDefinition,
    /// `42P11` invalid_cursor_definition
    InvalidCursorDefinition,
    /// `42P12` invalid_database_definition
    InvalidDatabaseDefinition,
    /// `42P13` invalid_function_definition
    InvalidFunctionDefinition,
    /// `42P14` invalid_prepared_statement_definition
    InvalidPreparedStatementDefinition,
    /// `42P15` invalid_schema_definition
    InvalidSchemaDefinition,
    /// `42P16` invalid_table_definition
    InvalidTableDefinition,
    /// `42P17` invalid_object_definition
    InvalidObjectDefinition,
    // Class 44 - WITH CHECK OPTION Violation
    /// `44000` with_check_option_violation
    WithCheckOptionViolation,
    // Class 53 - Insufficient Resources
    /// `53000` insufficient_resources
    InsufficientResources,
    /// `53100` disk_full
    DiskFull,
    /// `53200` out_of_memory
    OutOfMemory,
    /// `53300` too_many_connections
    TooManyConnections,
    /// `53400` configuration_limit_exceeded
    ConfigurationLimitExceeded,
    // Class 54 - Program Limit Exceeded
    /// `54000` program_limit_exceeded
    ProgramLimitExceeded,
    /// `54001` statement_too_complex
    StatementTooComplex,
    /// `54011` too_many_columns
    TooManyColumns,
    /// `54023` too_many_arguments
    TooManyArguments,
    // Class 55 - Object Not In Prerequisite State
    /// `55000` object_not_in_prerequisite_state
    ObjectNotInPrerequisiteState,
    /// `55006` object_in_use
    ObjectInUse,
    /// `55P02` cant_change_runtime_param
    CantChangeRuntimeParam,
    /// `55P03` lock_not_available
    LockNotAvailable,
    /// `55P04` unsafe_new_enum_value_usage
    UnsafeNewEnumValueUsage,
    // Class 57 - Operator Intervention
    /// `57000` operator_intervention
    OperatorIntervention,
    /// `57014` query_canceled
    QueryCanceled,
    /// `57P01` admin_shutdown
    AdminShutdown,
    /// `57P02` crash_shutdown
    CrashShutdown,
    /// `57P03` cannot_connect_now
    CannotConnectNow,
    /// `57P04` database_dropped
    DatabaseDropped,
    /// `57P05` idle_session_timeout
    IdleSessionTimeout,
    // Class 58 - System Error (errors external to PostgreSQL itself)
    /// `58000` system_error
    SystemError,
    /// `58030` io_error
    IoError,
    /// `58P01` undefined_file
    UndefinedFile,
    /// `58P02` duplicate_file
    DuplicateFile,
    // Class 72 - Snapshot Failure
    /// `72000` snapshot_too_old
    SnapshotTooOld,
    // Class F0 - Configuration File Error
    /// `F0000` config_file_error
    ConfigFileError,
    /// `F0001` lock_file_exists
    LockFileExists,
    // Class HV - Foreign Data Wrapper Error (SQL/MED)
    /// `HV000` fdw_error
    FdwError,
    /// `HV005` fdw_column_name_not_found
    FdwColumnNameNotFound,
    /// `HV002` fdw_dynamic_parameter_value_needed
    FdwDynamicParameterValueNeeded,
    /// `HV010` fdw_function_sequence_error
    FdwFunctionSequenceError,
    /// `HV021` fdw_inconsistent_descriptor_information
    FdwInconsistentDescriptorInformation,
    /// `HV024` fdw_invalid_attribute_value
    FdwInvalidAttributeValue,
    /// `HV007` fdw_invalid_column_name
    FdwInvalidColumnName,
    /// `HV008` fdw_invalid_column_number
    FdwInvalidColumnNumber,
    /// `HV004` fdw_invalid_data_type
    FdwInvalidDataType,
    /// `HV006` fdw_invalid_data_type_descriptors
    FdwInvalidDataTypeDescriptors,
    /// `HV091` fdw_invalid_descriptor_field_identifier
    FdwInvalidDescriptorFieldIdentifier,
    /// `HV00B` fdw_invalid_handle
    FdwInvalidHandle,
    /// `HV00C` fdw_invalid_option_index
    FdwInvalidOptionIndex,
    /// `HV00D` fdw_invalid_option_name
    FdwInvalidOptionName,
    /// `HV090` fdw_invalid_string_length_or_buffer_length
    FdwInvalidStringLengthOrBufferLength,
    /// `HV00A` fdw_invalid_string_format
    FdwInvalidStringFormat,
    /// `HV009` fdw_invalid_use_of_null_pointer
    FdwInvalidUseOfNullPointer,
    /// `HV014` fdw_too_many_handles
    FdwTooManyHandles,
    /// `HV001` fdw_out_of_memory
    FdwOutOfMemory,
    /// `HV00P` fdw_no_schemas
    FdwNoSchemas,
    /// `HV00J` fdw_option_name_not_found
    FdwOptionNameNotFound,
    /// `HV00K` fdw_reply_handle
    FdwReplyHandle,
    /// `HV00Q` fdw_schema_not_found
    FdwSchemaNotFound,
    /// `HV00R` fdw_table_not_found
    FdwTableNotFound,
    /// `HV00L` fdw_unable_to_create_execution
    FdwUnableToCreateExecution,
    /// `HV00M` fdw_unable_to_create_reply
    FdwUnableToCreateReply,
    /// `HV00N` fdw_unable_to_establish_connection
    FdwUnableToEstablishConnection,
    // Class P0 - PL/pgSQL Error
    /// `P0000` plpgsql_error
    PlpgsqlError,
    /// `P0001` raise_exception
    RaiseException,
    /// `P0002` no_data_found
    NoDataFound,
    /// `P0003` too_many_rows
    TooManyRows,
    /// `P0004` assert_failure
    AssertFailure,
    // Class XX - Internal Error
    /// `XX000` internal_error
    InternalError,
    /// `XX001` data_corrupted
    DataCorrupted,
    /// `XX002` index_corrupted
    IndexCorrupted,
    /// A code that PostgreSQL does not name, as PL/pgSQL's RAISE may give: five digits and upper-case letters.
    Custom([u8; 5]),
}

impl SqlState {
    /// The five characters.
    pub const fn as_str(&self) -> &str {
        match self {
            Self::SuccessfulCompletion => "00000",
            Self::Warning => "01000",
            Self::DynamicResultSetsReturned => "0100C",
            Self::ImplicitZeroBitPadding => "01008",
            Self::NullValueEliminatedInSetFunction => "01003",
            Self::PrivilegeNotGranted => "01007",
            Self::PrivilegeNotRevoked => "01006",
            Self::StringDataRightTruncation => "01004",
            Self::DeprecatedFeature => "01P01",
            Self::NoData => "02000",
            Self::NoAdditionalDynamicResultSetsReturned => "02001",
            Self::SqlStatementNotYetComplete => "03000",
            Self::ConnectionException => "08000",
            Self::ConnectionDoesNotExist => "08003",
            Self::ConnectionFailure => "08006",
            Self::SqlclientUnableToEstablishSqlconnection => "08001",
            Self::SqlserverRejectedEstablishmentOfSqlconnection => "08004",
            Self::TransactionResolutionUnknown => "08007",
            Self::ProtocolViolation => "08P01",
            Self::TriggeredActionException => "09000",
            Self::FeatureNotSupported => "0A000",
            Self::InvalidTransactionInitiation => "0B000",
            Self::LocatorException => "0F000",
            Self::InvalidLocatorSpecification => "0F001",
            Self::InvalidGrantor => "0L000",
            Self::InvalidGrantOperation => "0LP01",
            Self::InvalidRoleSpecification => "0P000",
            Self::DiagnosticsException => "0Z000",
            Self::StackedDiagnosticsAccessedWithoutActiveHandler => "0Z002",
            Self::CaseNotFound => "20000",
            Self::CardinalityViolation => "21000",
            Self::DataException => "22000",
            Self::ArraySubscriptError => "2202E",
            Self::CharacterNotInRepertoire => "22021",
            Self::DatetimeFieldOverflow => "22008",
            Self::DivisionByZero => "22012",
            Self::ErrorInAssignment => "22005",
            Self::EscapeCharacterConflict => "2200B",
            Self::IndicatorOverflow => "22022",
            Self::IntervalFieldOverflow => "22015",
            Self::InvalidArgumentForLogarithm => "2201E",
            Self::InvalidArgumentForNtileFunction => "22014",
            Self::InvalidArgumentForNthValueFunction => "22016",
            Self::InvalidArgumentForPowerFunction => "2201F",
            Self::InvalidArgumentForWidthBucketFunction => "2201G",
            Self::InvalidCharacterValueForCast => "22018",
            Self::InvalidDatetimeFormat => "22007",
            Self::InvalidEscapeCharacter => "22019",
            Self::InvalidEscapeOctet => "2200D",
            Self::InvalidEscapeSequence => "22025",
            Self::NonstandardUseOfEscapeCharacter => "22P06",
            Self::InvalidIndicatorParameterValue => "22010",
            Self::InvalidParameterValue => "22023",
            Self::InvalidPrecedingOrFollowingSize => "22013",
            Self::InvalidRegularExpression => "2201B",
            Self::InvalidRowCountInLimitClause => "2201W",
            Self::InvalidRowCountInResultOffsetClause => "2201X",
            Self::InvalidTablesampleArgument => "2202H",
            Self::InvalidTablesampleRepeat => "2202G",
            Self::InvalidTimeZoneDisplacementValue => "22009",
            Self::InvalidUseOfEscapeCharacter => "2200C",
            Self::MostSpecificTypeMismatch => "2200G",
            Self::NullValueNotAllowed => "22004",
            Self::NullValueNoIndicatorParameter => "22002",
            Self::NumericValueOutOfRange => "22003",
            Self::SequenceGeneratorLimitExceeded => "2200H",
            Self::StringDataLengthMismatch => "22026",
            Self::StringDataRightTruncation22 => "22001",
            Self::SubstringError => "22011",
            Self::TrimError => "22027",
            Self::UnterminatedCString => "22024",
            Self::ZeroLengthCharacterString => "2200F",
            Self::FloatingPointException => "22P01",
            Self::InvalidTextRepresentation => "22P02",
            Self::InvalidBinaryRepresentation => "22P03",
            Self::BadCopyFileFormat => "22P04",
            Self::UntranslatableCharacter => "22P05",
            Self::NotAnXmlDocument => "2200L",
            Self::InvalidXmlDocument => "2200M",
            Self::InvalidXmlContent => "2200N",
            Self::InvalidXmlComment => "2200S",
            Self::InvalidXmlProcessingInstruction => "2200T",
            Self::DuplicateJsonObjectKeyValue => "22030",
            Self::InvalidArgumentForSqlJsonDatetimeFunction => "22031",
            Self::InvalidJsonText => "22032",
            Self::InvalidSqlJsonSubscript => "22033",
            Self::MoreThanOneSqlJsonItem => "22034",
            Self::NoSqlJsonItem => "22035",
            Self::NonNumericSqlJsonItem => "22036",
            Self::NonUniqueKeysInAJsonObject => "22037",
            Self::SingletonSqlJsonItemRequired => "22038",
            Self::SqlJsonArrayNotFound => "22039",
            Self::SqlJsonMemberNotFound => "2203A",
            Self::SqlJsonNumberNotFound => "2203B",
            Self::SqlJsonObjectNotFound => "2203C",
            Self::TooManyJsonArrayElements => "2203D",
            Self::TooManyJsonObjectMembers => "2203E",
            Self::SqlJsonScalarRequired => "2203F",
            Self::SqlJsonItemCannotBeCastToTargetType => "2203G",
            Self::IntegrityConstraintViolation => "23000",
            Self::RestrictViolation => "23001",
            Self::NotNullViolation => "23502",
            Self::ForeignKeyViolation => "23503",
            Self::UniqueViolation => "23505",
            Self::CheckViolation => "23514",
            Self::ExclusionViolation => "23P01",
            Self::InvalidCursorState => "24000",
            Self::InvalidTransactionState => "25000",
            Self::ActiveSqlTransaction => "25001",
            Self::BranchTransactionAlreadyActive => "25002",
            Self::HeldCursorRequiresSameIsolationLevel => "25008",
            Self::InappropriateAccessModeForBranchTransaction => "25003",
            Self::InappropriateIsolationLevelForBranchTransaction => "25004",
            Self::NoActiveSqlTransactionForBranchTransaction => "25005",
            Self::ReadOnlySqlTransaction => "25006",
            Self::SchemaAndDataStatementMixingNotSupported => "25007",
            Self::NoActiveSqlTransaction => "25P01",
            Self::InFailedSqlTransaction => "25P02",
            Self::IdleInTransactionSessionTimeout => "25P03",
            Self::TransactionTimeout => "25P04",
            Self::InvalidSqlStatementName => "26000",
            Self::TriggeredDataChangeViolation => "27000",
            Self::InvalidAuthorizationSpecification => "28000",
            Self::InvalidPassword => "28P01",
            Self::DependentPrivilegeDescriptorsStillExist => "2B000",
            Self::DependentObjectsStillExist => "2BP01",
            Self::InvalidTransactionTermination => "2D000",
            Self::SqlRoutineException => "2F000",
            Self::FunctionExecutedNoReturnStatement => "2F005",
            Self::ModifyingSqlDataNotPermitted => "2F002",
            Self::ProhibitedSqlStatementAttempted => "2F003",
            Self::ReadingSqlDataNotPermitted => "2F004",
            Self::InvalidCursorName => "34000",
            Self::ExternalRoutineException => "38000",
            Self::ContainingSqlNotPermitted => "38001",
            Self::ModifyingSqlDataNotPermitted38 => "38002",
            Self::ProhibitedSqlStatementAttempted38 => "38003",
            Self::ReadingSqlDataNotPermitted38 => "38004",
            Self::ExternalRoutineInvocationException => "39000",
            Self::InvalidSqlstateReturned => "39001",
            Self::NullValueNotAllowed39 => "39004",
            Self::TriggerProtocolViolated => "39P01",
            Self::SrfProtocolViolated => "39P02",
            Self::EventTriggerProtocolViolated => "39P03",
            Self::SavepointException => "3B000",
            Self::InvalidSavepointSpecification => "3B001",
            Self::InvalidCatalogName => "3D000",
            Self::InvalidSchemaName => "3F000",
            Self::TransactionRollback => "40000",
            Self::TransactionIntegrityConstraintViolation => "40002",
            Self::SerializationFailure => "40001",
            Self::StatementCompletionUnknown => "40003",
            Self::DeadlockDetected => "40P01",
            Self::SyntaxErrorOrAccessRuleViolation => "42000",
            Self::SyntaxError => "42601",
            Self::InsufficientPrivilege => "42501",
            Self::CannotCoerce => "42846",
            Self::GroupingError => "42803",
            Self::WindowingError => "42P20",
            Self::InvalidRecursion => "42P19",
            Self::InvalidForeignKey => "42830",
            Self::InvalidName => "42602",
            Self::NameTooLong => "42622",
            Self::ReservedName => "42939",
            Self::DatatypeMismatch => "42804",
            Self::IndeterminateDatatype => "42P18",
            Self::CollationMismatch => "42P21",
            Self::IndeterminateCollation => "42P22",
            Self::WrongObjectType => "42809",
            Self::GeneratedAlways => "428C9",
            Self::UndefinedColumn => "42703",
            Self::UndefinedFunction => "42883",
            Self::UndefinedTable => "42P01",
            Self::UndefinedParameter => "42P02",
            Self::UndefinedObject => "42704",
            Self::DuplicateColumn => "42701",
            Self::DuplicateCursor => "42P03",
            Self::DuplicateDatabase => "42P04",
            Self::DuplicateFunction => "42723",
            Self::DuplicatePreparedStatement => "42P05",
            Self::DuplicateSchema => "42P06",
            Self::DuplicateTable => "42P07",
            Self::DuplicateAlias => "42712",
            Self::DuplicateObject => "42710",
            Self::AmbiguousColumn => "42702",
            Self::AmbiguousFunction => "42725",
            Self::AmbiguousParameter => "42P08",
            Self::AmbiguousAlias => "42P09",
            Self::InvalidColumnReference => "42P10",
            Self::InvalidColumnDefinition => "42611",
            Self::InvalidCursorDefinition => "42P11",
            Self::InvalidDatabaseDefinition => "42P12",
            Self::InvalidFunctionDefinition => "42P13",
            Self::InvalidPreparedStatementDefinition => "42P14",
            Self::InvalidSchemaDefinition => "42P15",
            Self::InvalidTableDefinition => "42P16",
            Self::InvalidObjectDefinition => "42P17",
            Self::WithCheckOptionViolation => "44000",
            Self::InsufficientResources => "53000",
            Self::DiskFull => "53100",
            Self::OutOfMemory => "53200",
            Self::TooManyConnections => "53300",
            Self::ConfigurationLimitExceeded => "53400",
            Self::ProgramLimitExceeded => "54000",
            Self::StatementTooComplex => "54001",
            Self::TooManyColumns => "54011",
            Self::TooManyArguments => "54023",
            Self::ObjectNotInPrerequisiteState => "55000",
            Self::ObjectInUse => "55006",
            Self::CantChangeRuntimeParam => "55P02",
            Self::LockNotAvailable => "55P03",
            Self::UnsafeNewEnumValueUsage => "55P04",
            Self::OperatorIntervention => "57000",
            Self::QueryCanceled => "57014",
            Self::AdminShutdown => "57P01",
            Self::CrashShutdown => "57P02",
            Self::CannotConnectNow => "57P03",
            Self::DatabaseDropped => "57P04",
            Self::IdleSessionTimeout => "57P05",
            Self::SystemError => "58000",
            Self::IoError => "58030",
            Self::UndefinedFile => "58P01",
            Self::DuplicateFile => "58P02",
            Self::SnapshotTooOld => "72000",
            Self::ConfigFileError => "F0000",
            Self::LockFileExists => "F0001",
            Self::FdwError => "HV000",
            Self::FdwColumnNameNotFound => "HV005",
            Self::FdwDynamicParameterValueNeeded => "HV002",
            Self::FdwFunctionSequenceError => "HV010",
            Self::FdwInconsistentDescriptorInformation => "HV021",
            Self::FdwInvalidAttributeValue => "HV024",
            Self::FdwInvalidColumnName => "HV007",
            Self::FdwInvalidColumnNumber => "HV008",
            Self::FdwInvalidDataType => "HV004",
            Self::FdwInvalidDataTypeDescriptors => "HV006",
            Self::FdwInvalidDescriptorFieldIdentifier => "HV091",
            Self::FdwInvalidHandle => "HV00B",
            Self::FdwInvalidOptionIndex => "HV00C",
            Self::FdwInvalidOptionName => "HV00D",
            Self::FdwInvalidStringLengthOrBufferLength => "HV090",
            Self::FdwInvalidStringFormat => "HV00A",
            Self::FdwInvalidUseOfNullPointer => "HV009",
            Self::FdwTooManyHandles => "HV014",
            Self::FdwOutOfMemory => "HV001",
            Self::FdwNoSchemas => "HV00P",
            Self::FdwOptionNameNotFound => "HV00J",
            Self::FdwReplyHandle => "HV00K",
            Self::FdwSchemaNotFound => "HV00Q",
            Self::FdwTableNotFound => "HV00R",
            Self::FdwUnableToCreateExecution => "HV00L",
            Self::FdwUnableToCreateReply => "HV00M",
            Self::FdwUnableToEstablishConnection => "HV00N",
            Self::PlpgsqlError => "P0000",
            Self::RaiseException => "P0001",
            Self::NoDataFound => "P0002",
            Self::TooManyRows => "P0003",
            Self::AssertFailure => "P0004",
            Self::InternalError => "XX000",
            Self::DataCorrupted => "XX001",
            Self::IndexCorrupted => "XX002",
            Self::Custom(code) => match std::str::from_utf8(code) {
                Ok(code) => code,
                Err(_) => "XX000",
            },
        }
    }

    /// What has this code, whether or not PostgreSQL names it; `None` if it is not five digits and upper-case letters.
    pub fn of_code(code: &str) -> Option<Self> {
        let bytes: [u8; 5] = code.as_bytes().try_into().ok()?;
        let fits = bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        fits.then(|| Self::from_code(code).unwrap_or(Self::Custom(bytes)))
    }

    /// The condition with this code, if PostgreSQL names one.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "00000" => Self::SuccessfulCompletion,
            "01000" => Self::Warning,
            "0100C" => Self::DynamicResultSetsReturned,
            "01008" => Self::ImplicitZeroBitPadding,
            "01003" => Self::NullValueEliminatedInSetFunction,
            "01007" => Self::PrivilegeNotGranted,
            "01006" => Self::PrivilegeNotRevoked,
            "01004" => Self::StringDataRightTruncation,
            "01P01" => Self::DeprecatedFeature,
            "02000" => Self::NoData,
            "02001" => Self::NoAdditionalDynamicResultSetsReturned,
            "03000" => Self::SqlStatementNotYetComplete,
            "08000" => Self::ConnectionException,
            "08003" => Self::ConnectionDoesNotExist,
            "08006" => Self::ConnectionFailure,
            "08001" => Self::SqlclientUnableToEstablishSqlconnection,
            "08004" => Self::SqlserverRejectedEstablishmentOfSqlconnection,
            "08007" => Self::TransactionResolutionUnknown,
            "08P01" => Self::ProtocolViolation,
            "09000" => Self::TriggeredActionException,
            "0A000" => Self::FeatureNotSupported,
            "0B000" => Self::InvalidTransactionInitiation,
            "0F000" => Self::LocatorException,
            "0F001" => Self::InvalidLocatorSpecification,
            "0L000" => Self::InvalidGrantor,
            "0LP01" => Self::InvalidGrantOperation,
            "0P000" => Self::InvalidRoleSpecification,
            "0Z000" => Self::DiagnosticsException,
            "0Z002" => Self::StackedDiagnosticsAccessedWithoutActiveHandler,
            "20000" => Self::CaseNotFound,
            "21000" => Self::CardinalityViolation,
            "22000" => Self::DataException,
            "2202E" => Self::ArraySubscriptError,
            "22021" => Self::CharacterNotInRepertoire,
            "22008" => Self::DatetimeFieldOverflow,
            "22012" => Self::DivisionByZero,
            "22005" => Self::ErrorInAssignment,
            "2200B" => Self::EscapeCharacterConflict,
            "22022" => Self::IndicatorOverflow,
            "22015" => Self::IntervalFieldOverflow,
            "2201E" => Self::InvalidArgumentForLogarithm,
            "22014" => Self::InvalidArgumentForNtileFunction,
            "22016" => Self::InvalidArgumentForNthValueFunction,
            "2201F" => Self::InvalidArgumentForPowerFunction,
            "2201G" => Self::InvalidArgumentForWidthBucketFunction,
            "22018" => Self::InvalidCharacterValueForCast,
            "22007" => Self::InvalidDatetimeFormat,
            "22019" => Self::InvalidEscapeCharacter,
            "2200D" => Self::InvalidEscapeOctet,
            "22025" => Self::InvalidEscapeSequence,
            "22P06" => Self::NonstandardUseOfEscapeCharacter,
            "22010" => Self::InvalidIndicatorParameterValue,
            "22023" => Self::InvalidParameterValue,
            "22013" => Self::InvalidPrecedingOrFollowingSize,
            "2201B" => Self::InvalidRegularExpression,
            "2201W" => Self::InvalidRowCountInLimitClause,
            "2201X" => Self::InvalidRowCountInResultOffsetClause,
            "2202H" => Self::InvalidTablesampleArgument,
            "2202G" => Self::InvalidTablesampleRepeat,
            "22009" => Self::InvalidTimeZoneDisplacementValue,
            "2200C" => Self::InvalidUseOfEscapeCharacter,
            "2200G" => Self::MostSpecificTypeMismatch,
            "22004" => Self::NullValueNotAllowed,
            "22002" => Self::NullValueNoIndicatorParameter,
            "22003" => Self::NumericValueOutOfRange,
            "2200H" => Self::SequenceGeneratorLimitExceeded,
            "22026" => Self::StringDataLengthMismatch,
            "22001" => Self::StringDataRightTruncation22,
            "22011" => Self::SubstringError,
            "22027" => Self::TrimError,
            "22024" => Self::UnterminatedCString,
            "2200F" => Self::ZeroLengthCharacterString,
            "22P01" => Self::FloatingPointException,
            "22P02" => Self::InvalidTextRepresentation,
            "22P03" => Self::InvalidBinaryRepresentation,
            "22P04" => Self::BadCopyFileFormat,
            "22P05" => Self::UntranslatableCharacter,
            "2200L" => Self::NotAnXmlDocument,
            "2200M" => Self::InvalidXmlDocument,
            "2200N" => Self::InvalidXmlContent,
            "2200S" => Self::InvalidXmlComment,
            "2200T" => Self::InvalidXmlProcessingInstruction,
            "22030" => Self::DuplicateJsonObjectKeyValue,
            "22031" => Self::InvalidArgumentForSqlJsonDatetimeFunction,
            "22032" => Self::InvalidJsonText,
            "22033" => Self::InvalidSqlJsonSubscript,
            "22034" => Self::MoreThanOneSqlJsonItem,
            "22035" => Self::NoSqlJsonItem,
            "22036" => Self::NonNumericSqlJsonItem,
            "22037" => Self::NonUniqueKeysInAJsonObject,
            "22038" => Self::SingletonSqlJsonItemRequired,
            "22039" => Self::SqlJsonArrayNotFound,
            "2203A" => Self::SqlJsonMemberNotFound,
            "2203B" => Self::SqlJsonNumberNotFound,
            "2203C" => Self::SqlJsonObjectNotFound,
            "2203D" => Self::TooManyJsonArrayElements,
            "2203E" => Self::TooManyJsonObjectMembers,
            "2203F" => Self::SqlJsonScalarRequired,
            "2203G" => Self::SqlJsonItemCannotBeCastToTargetType,
            "23000" => Self::IntegrityConstraintViolation,
            "23001" => Self::RestrictViolation,
            "23502" => Self::NotNullViolation,
            "23503" => Self::ForeignKeyViolation,
            "23505" => Self::UniqueViolation,
            "23514" => Self::CheckViolation,
            "23P01" => Self::ExclusionViolation,
            "24000" => Self::InvalidCursorState,
            "25000" => Self::InvalidTransactionState,
            "25001" => Self::ActiveSqlTransaction,
            "25002" => Self::BranchTransactionAlreadyActive,
            "25008" => Self::HeldCursorRequiresSameIsolationLevel,
            "25003" => Self::InappropriateAccessModeForBranchTransaction,
            "25004" => Self::InappropriateIsolationLevelForBranchTransaction,
            "25005" => Self::NoActiveSqlTransactionForBranchTransaction,
            "25006" => Self::ReadOnlySqlTransaction,
            "25007" => Self::SchemaAndDataStatementMixingNotSupported,
            "25P01" => Self::NoActiveSqlTransaction,
            "25P02" => Self::InFailedSqlTransaction,
            "25P03" => Self::IdleInTransactionSessionTimeout,
            "25P04" => Self::TransactionTimeout,
            "26000" => Self::InvalidSqlStatementName,
            "27000" => Self::TriggeredDataChangeViolation,
            "28000" => Self::InvalidAuthorizationSpecification,
            "28P01" => Self::InvalidPassword,
            "2B000" => Self::DependentPrivilegeDescriptorsStillExist,
            "2BP01" => Self::DependentObjectsStillExist,
            "2D000" => Self::InvalidTransactionTermination,
            "2F000" => Self::SqlRoutineException,
            "2F005" => Self::FunctionExecutedNoReturnStatement,
            "2F002" => Self::ModifyingSqlDataNotPermitted,
            "2F003" => Self::ProhibitedSqlStatementAttempted,
            "2F004" => Self::ReadingSqlDataNotPermitted,
            "34000" => Self::InvalidCursorName,
            "38000" => Self::ExternalRoutineException,
            "38001" => Self::ContainingSqlNotPermitted,
            "38002" => Self::ModifyingSqlDataNotPermitted38,
            "38003" => Self::ProhibitedSqlStatementAttempted38,
            "38004" => Self::ReadingSqlDataNotPermitted38,
            "39000" => Self::ExternalRoutineInvocationException,
            "39001" => Self::InvalidSqlstateReturned,
            "39004" => Self::NullValueNotAllowed39,
            "39P01" => Self::TriggerProtocolViolated,
            "39P02" => Self::SrfProtocolViolated,
            "39P03" => Self::EventTriggerProtocolViolated,
            "3B000" => Self::SavepointException,
            "3B001" => Self::InvalidSavepointSpecification,
            "3D000" => Self::InvalidCatalogName,
            "3F000" => Self::InvalidSchemaName,
            "40000" => Self::TransactionRollback,
            "40002" => Self::TransactionIntegrityConstraintViolation,
            "40001" => Self::SerializationFailure,
            "40003" => Self::StatementCompletionUnknown,
            "40P01" => Self::DeadlockDetected,
            "42000" => Self::SyntaxErrorOrAccessRuleViolation,
            "42601" => Self::SyntaxError,
            "42501" => Self::InsufficientPrivilege,
            "42846" => Self::CannotCoerce,
            "42803" => Self::GroupingError,
            "42P20" => Self::WindowingError,
            "42P19" => Self::InvalidRecursion,
            "42830" => Self::InvalidForeignKey,
            "42602" => Self::InvalidName,
            "42622" => Self::NameTooLong,
            "42939" => Self::ReservedName,
            "42804" => Self::DatatypeMismatch,
            "42P18" => Self::IndeterminateDatatype,
            "42P21" => Self::CollationMismatch,
            "42P22" => Self::IndeterminateCollation,
            "42809" => Self::WrongObjectType,
            "428C9" => Self::GeneratedAlways,
            "42703" => Self::UndefinedColumn,
            "42883" => Self::UndefinedFunction,
            "42P01" => Self::UndefinedTable,
            "42P02" => Self::UndefinedParameter,
            "42704" => Self::UndefinedObject,
            "42701" => Self::DuplicateColumn,
            "42P03" => Self::DuplicateCursor,
            "42P04" => Self::DuplicateDatabase,
            "42723" => Self::DuplicateFunction,
            "42P05" => Self::DuplicatePreparedStatement,
            "42P06" => Self::DuplicateSchema,
            "42P07" => Self::DuplicateTable,
            "42712" => Self::DuplicateAlias,
            "42710" => Self::DuplicateObject,
            "42702" => Self::AmbiguousColumn,
            "42725" => Self::AmbiguousFunction,
            "42P08" => Self::AmbiguousParameter,
            "42P09" => Self::AmbiguousAlias,
            "42P10" => Self::InvalidColumnReference,
            "42611" => Self::InvalidColumnDefinition,
            "42P11" => Self::InvalidCursorDefinition,
            "42P12" => Self::InvalidDatabaseDefinition,
            "42P13" => Self::InvalidFunctionDefinition,
            "42P14" => Self::InvalidPreparedStatementDefinition,
            "42P15" => Self::InvalidSchemaDefinition,
            "42P16" => Self::InvalidTableDefinition,
            "42P17" => Self::InvalidObjectDefinition,
            "44000" => Self::WithCheckOptionViolation,
            "53000" => Self::InsufficientResources,
            "53100" => Self::DiskFull,
            "53200" => Self::OutOfMemory,
            "53300" => Self::TooManyConnections,
            "53400" => Self::ConfigurationLimitExceeded,
            "54000" => Self::ProgramLimitExceeded,
            "54001" => Self::StatementTooComplex,
            "54011" => Self::TooManyColumns,
            "54023" => Self::TooManyArguments,
            "55000" => Self::ObjectNotInPrerequisiteState,
            "55006" => Self::ObjectInUse,
            "55P02" => Self::CantChangeRuntimeParam,
            "55P03" => Self::LockNotAvailable,
            "55P04" => Self::UnsafeNewEnumValueUsage,
            "57000" => Self::OperatorIntervention,
            "57014" => Self::QueryCanceled,
            "57P01" => Self::AdminShutdown,
            "57P02" => Self::CrashShutdown,
            "57P03" => Self::CannotConnectNow,
            "57P04" => Self::DatabaseDropped,
            "57P05" => Self::IdleSessionTimeout,
            "58000" => Self::SystemError,
            "58030" => Self::IoError,
            "58P01" => Self::UndefinedFile,
            "58P02" => Self::DuplicateFile,
            "72000" => Self::SnapshotTooOld,
            "F0000" => Self::ConfigFileError,
            "F0001" => Self::LockFileExists,
            "HV000" => Self::FdwError,
            "HV005" => Self::FdwColumnNameNotFound,
            "HV002" => Self::FdwDynamicParameterValueNeeded,
            "HV010" => Self::FdwFunctionSequenceError,
            "HV021" => Self::FdwInconsistentDescriptorInformation,
            "HV024" => Self::FdwInvalidAttributeValue,
            "HV007" => Self::FdwInvalidColumnName,
            "HV008" => Self::FdwInvalidColumnNumber,
            "HV004" => Self::FdwInvalidDataType,
            "HV006" => Self::FdwInvalidDataTypeDescriptors,
            "HV091" => Self::FdwInvalidDescriptorFieldIdentifier,
            "HV00B" => Self::FdwInvalidHandle,
            "HV00C" => Self::FdwInvalidOptionIndex,
            "HV00D" => Self::FdwInvalidOptionName,
            "HV090" => Self::FdwInvalidStringLengthOrBufferLength,
            "HV00A" => Self::FdwInvalidStringFormat,
            "HV009" => Self::FdwInvalidUseOfNullPointer,
            "HV014" => Self::FdwTooManyHandles,
            "HV001" => Self::FdwOutOfMemory,
            "HV00P" => Self::FdwNoSchemas,
            "HV00J" => Self::FdwOptionNameNotFound,
            "HV00K" => Self::FdwReplyHandle,
            "HV00Q" => Self::FdwSchemaNotFound,
            "HV00R" => Self::FdwTableNotFound,
            "HV00L" => Self::FdwUnableToCreateExecution,
            "HV00M" => Self::FdwUnableToCreateReply,
            "HV00N" => Self::FdwUnableToEstablishConnection,
            "P0000" => Self::PlpgsqlError,
            "P0001" => Self::RaiseException,
            "P0002" => Self::NoDataFound,
            "P0003" => Self::TooManyRows,
            "P0004" => Self::AssertFailure,
            "XX000" => Self::InternalError,
            "XX001" => Self::DataCorrupted,
            "XX002" => Self::IndexCorrupted,
            _ => return None,
        })
    }
}
