//! CREATE, ALTER, DROP and the other statements that define or maintain things.

use gavel_catalog::OnCommit;
use gavel_catalog::function::FunctionKind;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use super::ast::{
    Alter, AlterAction, CommentTarget, CreateIndex, CreateTable, CreateTableAs, CreateView, Ddl, Drop, IndexColumn,
    ObjectKind, PartitionOf, Persistence, QualifiedName, RoleOption, TableRef,
};
use super::words::{Parse, Words, quote};
use super::{
    absent, aggregate, function, grant, operator, operator_class, partition, policy, rule, session, table, trigger,
    user_type,
};

pub(super) fn statement(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    if p.eat("create") {
        create(p)
    } else if p.eat("alter") {
        alter(p)
    } else if p.eat("drop") {
        drop(p)
    } else if p.eat("truncate") {
        truncate(p)
    } else if p.eat("comment on") {
        comment(p)
    } else if p.eat("reassign owned by") {
        let roles = p.commas(Words::label)?;
        p.expect("to")?;
        Ok(Ddl::ReassignOwned { roles, to: p.label()? })
    } else if p.eat("grant") {
        grant::grant(p, false)
    } else if p.eat("revoke") {
        grant::grant(p, true)
    } else if p.eat("vacuum") {
        maintain(p, "VACUUM", true)
    } else if p.eat("analyze") || p.eat("analyse") {
        maintain(p, "ANALYZE", false)
    } else if p.eat("cluster") {
        maintain(p, "CLUSTER", false)
    } else if p.eat("reindex") {
        reindex(p)
    } else if p.eat("refresh materialized view") {
        let concurrently = p.eat("concurrently");
        let name = p.qualified()?;
        Ok(Ddl::RefreshMaterializedView { name, concurrently, with_data: with_data(p) })
    } else if p.eat("checkpoint") {
        Ok(Ddl::Accepted { tag: "CHECKPOINT".into() })
    } else if let Some(command) = session::command(p)? {
        Ok(Ddl::Session(command))
    } else {
        let what = p.label()?.to_uppercase();
        unsupported(p, what)
    }
}

fn unsupported(p: &mut Words<'_, '_>, what: impl Into<String>) -> Parse<Ddl> {
    p.skip_rest();
    Ok(Ddl::Unsupported(what.into()))
}

// ---- CREATE ----

fn create(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let or_replace = p.eat("or replace");
    let mut persistence = Persistence::Permanent;
    while p.eat("global") || p.eat("local") {}
    if p.eat("temporary") || p.eat("temp") {
        persistence = Persistence::Temporary;
    } else if p.eat("unlogged") {
        persistence = Persistence::Unlogged;
    }
    let kept = ["table", "view", "recursive view", "sequence"].into_iter().any(|kind| p.at(kind));
    let possible = match persistence {
        Persistence::Permanent => true,
        Persistence::Temporary => kept,
        Persistence::Unlogged => kept || p.at("materialized view"),
    };
    if !possible {
        return p.unexpected();
    }
    if p.eat("table") {
        create_table(p, persistence)
    } else if p.at("unique index") || p.at("index") {
        create_index(p)
    } else if p.eat("view") {
        create_view(p, or_replace, persistence)
    } else if p.eat("recursive view") {
        create_recursive_view(p, or_replace, persistence)
    } else if p.eat("materialized view") {
        create_materialized_view(p, persistence)
    } else if p.eat("sequence") {
        let if_not_exists = p.eat("if not exists");
        let name = p.qualified()?;
        let options = table::sequence_options(p)?;
        Ok(Ddl::CreateSequence { name, if_not_exists, persistence, options })
    } else if p.eat("type") {
        user_type::create_type(p)
    } else if p.eat("domain") {
        user_type::create_domain(p)
    } else if p.eat("function") {
        function::create(p, FunctionKind::Function, or_replace)
    } else if p.eat("procedure") {
        function::create(p, FunctionKind::Procedure, or_replace)
    } else if p.at("constraint trigger") || p.at("trigger") {
        let constraint = p.eat("constraint");
        p.expect("trigger")?;
        trigger::create(p, or_replace, constraint)
    } else if p.eat("rule") {
        rule::create(p, or_replace)
    } else if p.eat("policy") {
        policy::create(p)
    } else if p.eat("aggregate") {
        aggregate::create(p, or_replace)
    } else if at_operator(p) {
        p.eat("operator");
        operator::create(p)
    } else if let Some(group) = operator_class::group(p) {
        operator_class::create(p, group)
    } else if p.eat("schema") {
        create_schema(p)
    } else if p.eat("database") {
        create_database(p)
    } else if p.eat("user") && !p.at("mapping") || p.at("role") || p.at("group") {
        let login = !(p.eat("role") || p.eat("group"));
        let name = p.label()?;
        p.eat("with");
        Ok(Ddl::CreateRole { name, options: role_options(p)?, login })
    } else if p.eat("extension") {
        absent::create_extension(p)
    } else {
        let what = kind_words(p);
        unsupported(p, format!("CREATE {what}"))
    }
}

/// OPERATOR, and not a class or family of operators.
fn at_operator(p: &Words<'_, '_>) -> bool {
    p.at("operator") && !p.at("operator class") && !p.at("operator family")
}

/// The words that name a kind of object, as PostgreSQL shows them in tags.
fn kind_words(p: &Words<'_, '_>) -> String {
    for two in [
        "access method",
        "event trigger",
        "foreign table",
        "foreign data",
        "materialized view",
        "operator class",
        "operator family",
        "text search",
        "user mapping",
        "constraint trigger",
        "default privileges",
        "large object",
        "trusted language",
        "procedural language",
    ] {
        if p.at(two) {
            return two.to_uppercase();
        }
    }
    p.peek_word().map_or_else(String::new, |w| w.to_uppercase())
}

fn create_table(p: &mut Words<'_, '_>, persistence: Persistence) -> Parse<Ddl> {
    let if_not_exists = p.eat("if not exists");
    let name = p.qualified()?;
    let of_partition = p.eat("partition of");
    if of_partition || p.eat("of") {
        let named = p.qualified()?;
        let elements = if p.at_token(&Token::LParen) { p.list(table::typed_element)? } else { Vec::new() };
        let (of_type, partition_of) = if of_partition {
            (None, Some(PartitionOf { parent: named, bound: partition::bound(p)? }))
        } else {
            (Some(named), None)
        };
        let partition_by = partition::partition_by(p)?;
        let (options, on_commit) = table_options(p)?;
        return Ok(Ddl::CreateTable(CreateTable {
            name,
            if_not_exists,
            persistence,
            on_commit,
            of_type,
            partition_of,
            partition_by,
            inherits: Vec::new(),
            elements,
            options,
        }));
    }
    let mut columns = Vec::new();
    let mut elements = Vec::new();
    let listed = p.eat_token(&Token::LParen);
    if listed {
        if names_follow(p) {
            columns = p.commas(Words::name)?;
        } else if !p.at_token(&Token::RParen) {
            elements = p.commas(table::element)?;
        }
        p.expect_token(&Token::RParen)?;
    }
    let inherits = if listed && p.eat("inherits") { p.list(Words::qualified)? } else { Vec::new() };
    let partition_by = partition::partition_by(p)?;
    let (options, on_commit) = table_options(p)?;
    if partition_by.is_none() && inherits.is_empty() && p.eat("as") {
        if p.at("execute") {
            let before = p.split_text().0.to_owned();
            p.eat("execute");
            let prepared = p.name()?;
            let arguments = if p.at_token(&Token::LParen) { p.list(Words::expr)? } else { Vec::new() };
            let after = p.split_text().1.to_owned();
            with_data(p);
            return Ok(Ddl::CreateTableAsExecute { before, prepared, arguments, after });
        }
        let query = p.query()?;
        let with_data = with_data(p);
        let select_into = false;
        return Ok(Ddl::CreateTableAs(CreateTableAs {
            name,
            columns,
            query,
            with_data,
            if_not_exists,
            persistence,
            on_commit,
            select_into,
            options,
        }));
    }
    if !columns.is_empty() {
        return p.unexpected();
    }
    let of_type = None;
    Ok(Ddl::CreateTable(CreateTable {
        name,
        if_not_exists,
        persistence,
        on_commit,
        of_type,
        partition_of: None,
        partition_by,
        inherits,
        elements,
        options,
    }))
}

/// Whether a list of bare names is next (CREATE TABLE t (a, b) AS …).
fn names_follow(p: &Words<'_, '_>) -> bool {
    matches!(p.parser.peek_token_ref().token, Token::Word(_))
        && matches!(p.parser.peek_nth_token_ref(1).token, Token::Comma | Token::RParen)
}

/// USING method, WITH (…), WITHOUT OIDS, ON COMMIT …, TABLESPACE t.
fn table_options(p: &mut Words<'_, '_>) -> Parse<(Vec<String>, Option<OnCommit>)> {
    let mut options = Vec::new();
    let mut on_commit = None;
    loop {
        if p.eat("using") || p.eat("tablespace") {
            p.name()?;
        } else if p.at("with no data") || p.at("with data") {
            return Ok((options, on_commit));
        } else if p.eat("with") {
            options = p.options()?;
        } else if p.eat("on commit") {
            on_commit = Some(if p.eat("preserve rows") {
                OnCommit::PreserveRows
            } else if p.eat("delete rows") {
                OnCommit::DeleteRows
            } else if p.eat("drop") {
                OnCommit::Drop
            } else {
                return p.unexpected();
            });
        } else if !p.eat("without oids") {
            return Ok((options, on_commit));
        }
    }
}

fn create_index(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let unique = p.eat("unique");
    p.expect("index")?;
    let concurrently = p.eat("concurrently");
    let asynchronous = !concurrently && p.eat("async");
    let if_not_exists = p.eat("if not exists");
    let name = if p.at("on") { None } else { Some(p.qualified()?) };
    p.expect("on")?;
    let only = p.eat("only");
    let table = p.qualified()?;
    p.eat_token(&Token::Mul);
    let method = if p.eat("using") { Some(p.name()?) } else { None };
    let columns = p.list(index_column)?;
    let include = if p.eat("include") { p.names()? } else { Vec::new() };
    let nulls_not_distinct = p.eat("nulls not distinct");
    if !nulls_not_distinct {
        p.eat("nulls distinct");
    }
    let options = if p.eat("with") { p.options()? } else { Vec::new() };
    if p.eat("tablespace") {
        p.name()?;
    }
    let predicate = if p.eat("where") { Some(p.expr()?) } else { None };
    Ok(Ddl::CreateIndex(CreateIndex {
        name,
        table,
        only,
        unique,
        concurrently,
        asynchronous,
        if_not_exists,
        method,
        columns,
        include,
        nulls_not_distinct,
        options,
        predicate,
    }))
}

/// A key of an index.
pub(super) fn index_column(p: &mut Words<'_, '_>) -> Parse<IndexColumn> {
    let expr = p.expr()?;
    if p.eat("collate") {
        p.qualified()?;
    }
    let (mut class, mut class_options) = (None, false);
    if p.peek_word().is_some_and(|w| !matches!(w.as_str(), "asc" | "desc" | "nulls" | "with")) {
        class = Some(p.qualified()?);
        class_options = p.at_token(&Token::LParen);
        if class_options {
            p.options()?;
        }
    }
    let descending = p.eat("desc");
    let directed = descending || p.eat("asc");
    let nulls_first = if p.eat("nulls first") {
        Some(true)
    } else if p.eat("nulls last") {
        Some(false)
    } else {
        None
    };
    Ok(IndexColumn { expr, class, class_options, directed, descending, nulls_first })
}

fn create_view(p: &mut Words<'_, '_>, or_replace: bool, persistence: Persistence) -> Parse<Ddl> {
    let name = p.qualified()?;
    let columns = if p.at_token(&Token::LParen) { p.names()? } else { Vec::new() };
    let mut options = if p.eat("with") { p.options()? } else { Vec::new() };
    p.expect("as")?;
    let query = p.query()?;
    options.extend(check_option(p)?);
    Ok(Ddl::CreateView(CreateView { name, or_replace, persistence, columns, options, query }))
}

/// WITH [CASCADED | LOCAL] CHECK OPTION.
fn check_option(p: &mut Words<'_, '_>) -> Parse<Option<String>> {
    if !p.eat("with") {
        return Ok(None);
    }
    let local = p.eat("local");
    if !local {
        p.eat("cascaded");
    }
    p.expect("check option")?;
    Ok(Some(format!("check_option={}", if local { "local" } else { "cascaded" })))
}

/// `CREATE RECURSIVE VIEW v (a, b) AS query`: a view of `WITH RECURSIVE v (a, b) AS (query) SELECT a, b FROM v`.
fn create_recursive_view(p: &mut Words<'_, '_>, or_replace: bool, persistence: Persistence) -> Parse<Ddl> {
    let name = p.qualified()?;
    let columns = p.names()?;
    let options = if p.eat("with") { p.options()? } else { Vec::new() };
    p.expect("as")?;
    let query = p.query()?;
    if p.at("with") {
        let what = "WITH CHECK OPTION on a recursive view";
        return unsupported(p, what);
    }
    let own = quote(name.0.last().map_or("", String::as_str));
    let list = columns.iter().map(|c| quote(c)).collect::<Vec<_>>().join(", ");
    let text = format!("WITH RECURSIVE {own} ({list}) AS ({query}) SELECT {list} FROM {own}");
    let query = crate::parse::parse_query(&text).map_err(|e| ParserError::ParserError(e.to_string()))?;
    Ok(Ddl::CreateView(CreateView { name, or_replace, persistence, columns, options, query }))
}

/// Behind CREATE MATERIALIZED VIEW.
fn create_materialized_view(p: &mut Words<'_, '_>, persistence: Persistence) -> Parse<Ddl> {
    let if_not_exists = p.eat("if not exists");
    let name = p.qualified()?;
    let columns = if p.at_token(&Token::LParen) { p.names()? } else { Vec::new() };
    let (options, on_commit) = table_options(p)?;
    if on_commit.is_some() {
        return p.unexpected();
    }
    p.expect("as")?;
    let query = p.query()?;
    let with_data = with_data(p);
    Ok(Ddl::CreateMaterializedView(CreateTableAs {
        name,
        columns,
        query,
        with_data,
        if_not_exists,
        persistence,
        on_commit,
        select_into: false,
        options,
    }))
}

/// WITH [NO] DATA; nothing is WITH DATA.
fn with_data(p: &mut Words<'_, '_>) -> bool {
    let none = p.eat("with no data");
    if !none {
        p.eat("with data");
    }
    !none
}

fn create_schema(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_not_exists = p.eat("if not exists");
    let name = if p.at("authorization") { None } else { Some(p.name()?) };
    let owner = if p.eat("authorization") { Some(p.label()?) } else { None };
    if name.is_none() && owner.is_none() {
        return p.unexpected();
    }
    let mut elements = Vec::new();
    while !p.at_end() {
        let element = if p.eat("create") {
            create(p)?
        } else {
            p.expect("grant")?;
            grant::grant(p, false)?
        };
        let kinds = matches!(
            element,
            Ddl::CreateTable(_)
                | Ddl::CreateView(_)
                | Ddl::CreateIndex(_)
                | Ddl::CreateSequence { .. }
                | Ddl::Grant(_)
                | Ddl::Unsupported(_)
        );
        if !kinds {
            return p.unexpected();
        }
        elements.push(element);
    }
    Ok(Ddl::CreateSchema { name, if_not_exists, owner, elements })
}

fn create_database(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = p.name()?;
    p.eat("with");
    let mut options = Vec::new();
    while !p.at_end() {
        let mut option = p.label()?;
        if option == "connection" {
            p.expect("limit")?;
            option = "connection_limit".into();
        }
        p.eat_token(&Token::Eq);
        options.push((option, p.option_value()?));
    }
    Ok(Ddl::CreateDatabase { name, options })
}

fn role_options(p: &mut Words<'_, '_>) -> Parse<Vec<RoleOption>> {
    let mut out = Vec::new();
    while !p.at_end() {
        let word = p.label()?;
        let on = !word.starts_with("no");
        out.push(match word.trim_start_matches("no") {
            "superuser" => RoleOption::Superuser(on),
            "createdb" => RoleOption::CreateDb(on),
            "createrole" | "createuser" => RoleOption::CreateRole(on),
            "inherit" => RoleOption::Inherit(on),
            "login" => RoleOption::Login(on),
            "replication" => RoleOption::Replication(on),
            "bypassrls" => RoleOption::BypassRls(on),
            "encrypted" | "unencrypted" => continue,
            "password" => RoleOption::Password(if p.eat("null") { None } else { Some(p.string()?) }),
            "connection" => {
                p.expect("limit")?;
                RoleOption::ConnectionLimit(p.integer()?)
            }
            "valid" => {
                p.expect("until")?;
                if !p.eat("null") {
                    p.string()?;
                }
                RoleOption::Other
            }
            "sysid" => {
                p.integer()?;
                RoleOption::Other
            }
            "in" | "role" | "admin" | "user" => {
                if word == "in" && !p.eat("role") {
                    p.expect("group")?;
                }
                let roles = p.commas(Words::label)?;
                if word == "in" { RoleOption::In(roles) } else { RoleOption::Members(roles, word == "admin") }
            }
            _ => {
                p.parser.prev_token();
                return p.unexpected();
            }
        });
    }
    Ok(out)
}

// ---- ALTER ----

/// The kind of object that the next words name.
fn object_kind(p: &mut Words<'_, '_>) -> Option<ObjectKind> {
    [
        ("table", ObjectKind::Table),
        ("index", ObjectKind::Index),
        ("view", ObjectKind::View),
        ("materialized view", ObjectKind::MaterializedView),
        ("sequence", ObjectKind::Sequence),
        ("schema", ObjectKind::Schema),
        ("database", ObjectKind::Database),
        ("role", ObjectKind::Role),
        ("group", ObjectKind::Role),
        ("type", ObjectKind::Type),
        ("domain", ObjectKind::Domain),
    ]
    .into_iter()
    .find(|(word, _)| p.eat(word))
    .map(|(_, kind)| kind)
    .or_else(|| (!p.at("user mapping") && p.eat("user")).then_some(ObjectKind::Role))
}

fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    if p.eat("default privileges") {
        return grant::default_privileges(p);
    }
    if let Some(kind) = function::kind(p) {
        return function::alter(p, kind);
    }
    if p.eat("large object") {
        let oid = p.number()?;
        p.expect("owner to")?;
        return Ok(Ddl::AlterLargeObject { oid, owner: p.label()? });
    }
    if p.eat("trigger") {
        return trigger::alter(p);
    }
    if p.eat("rule") {
        return rule::alter(p);
    }
    if p.eat("policy") {
        return policy::alter(p);
    }
    if p.eat("aggregate") {
        return aggregate::alter(p);
    }
    if at_operator(p) {
        p.eat("operator");
        return operator::alter(p);
    }
    if let Some(group) = operator_class::group(p) {
        return operator_class::alter(p, group);
    }
    let Some(kind) = object_kind(p) else {
        let what = kind_words(p);
        return unsupported(p, format!("ALTER {what}"));
    };
    if p.at("all in tablespace") {
        return unsupported(p, "ALTER ... ALL IN TABLESPACE");
    }
    let if_exists = p.eat("if exists");
    let only = kind == ObjectKind::Table && p.eat("only");
    let parentheses = only && p.eat_token(&Token::LParen);
    if matches!(kind, ObjectKind::Role | ObjectKind::Database) {
        let name = p.label()?;
        let drop = p.at("drop user");
        if kind == ObjectKind::Role && (p.eat("add user") || p.eat("drop user")) {
            return Ok(Ddl::AlterGroup { group: name, members: p.commas(Words::label)?, drop });
        }
        return alter_shared(p, kind, name);
    }
    let name = p.qualified()?;
    match kind {
        ObjectKind::Type => return user_type::alter_type(p, name),
        ObjectKind::Domain => return user_type::alter_domain(p, name),
        _ => {}
    }
    if parentheses {
        p.expect_token(&Token::RParen)?;
    } else if !only {
        p.eat_token(&Token::Mul);
    }
    let actions = if let Some(alone) = partition::action(p, kind)? {
        vec![alone]
    } else if kind == ObjectKind::Sequence && !starts_common_action(p) {
        vec![AlterAction::Sequence(table::sequence_options(p)?)]
    } else {
        p.commas(|p| action(p, kind))?
    };
    Ok(Ddl::Alter(Alter { kind, name, if_exists, only, actions, cascade: false }))
}

fn starts_common_action(p: &Words<'_, '_>) -> bool {
    ["rename", "owner to", "set"].iter().any(|w| p.at(w))
}

/// ALTER ROLE and ALTER DATABASE.
fn alter_shared(p: &mut Words<'_, '_>, kind: ObjectKind, name: String) -> Parse<Ddl> {
    let one = |action| {
        let name = QualifiedName(vec![name.clone()]);
        Ok(Ddl::Alter(Alter { kind, name, if_exists: false, only: false, actions: vec![action], cascade: false }))
    };
    if p.eat("rename to") {
        return one(AlterAction::Rename(p.name()?));
    }
    if p.eat("owner to") {
        return one(AlterAction::Owner(p.label()?));
    }
    // Settings kept with a role or database do not exist yet; dumps and tools set them freely.
    if p.at("set") || p.at("reset") || p.at("in database") || p.at("refresh") {
        p.skip_rest();
        return one(AlterAction::Accepted);
    }
    p.eat("with");
    if kind == ObjectKind::Role {
        return Ok(Ddl::AlterRole { name, options: role_options(p)? });
    }
    p.skip_rest();
    Ok(Ddl::AlterDatabase { name })
}

fn action(p: &mut Words<'_, '_>, kind: ObjectKind) -> Parse<AlterAction> {
    if p.eat("rename") {
        return rename(p);
    }
    if p.eat("owner to") {
        return Ok(AlterAction::Owner(p.label()?));
    }
    if p.eat("set schema") {
        return Ok(AlterAction::SetSchema(p.name()?));
    }
    if p.eat("add") {
        return add(p);
    }
    if p.eat("drop") {
        return drop_part(p);
    }
    if p.eat("alter constraint") {
        return Ok(AlterAction::AlterConstraint { name: p.name()?, timing: table::timing(p)? });
    }
    if p.eat("alter") {
        p.eat("column");
        return alter_column(p);
    }
    if p.eat("validate constraint") {
        return Ok(AlterAction::ValidateConstraint(p.name()?));
    }
    if p.eat("set") {
        if p.at_token(&Token::LParen) {
            return Ok(AlterAction::SetOptions(p.options()?));
        }
        if p.eat("logged") {
            return Ok(AlterAction::SetLogged(true));
        }
        if p.eat("unlogged") {
            return Ok(AlterAction::SetLogged(false));
        }
        if p.eat("without cluster") {
            return Ok(AlterAction::ClusterOn(None));
        }
        if p.eat("without oids") {
            return Ok(AlterAction::Accepted);
        }
        if p.eat("tablespace") || p.eat("access method") {
            p.name()?;
            return Ok(AlterAction::Accepted);
        }
        return p.unexpected();
    }
    if p.eat("reset") {
        return Ok(AlterAction::ResetOptions(p.options()?));
    }
    if kind == ObjectKind::Table && p.eat("of") {
        return Ok(AlterAction::OfType(p.qualified()?));
    }
    if kind == ObjectKind::Table && p.eat("not of") {
        return Ok(AlterAction::NotOfType);
    }
    if kind == ObjectKind::Table && p.eat("inherit") {
        return Ok(AlterAction::Inherit(p.qualified()?));
    }
    if kind == ObjectKind::Table && p.eat("no inherit") {
        return Ok(AlterAction::NoInherit(p.qualified()?));
    }
    if kind == ObjectKind::Table
        && let Some(action) = trigger_action(p)?
    {
        return Ok(action);
    }
    if kind == ObjectKind::Table
        && let Some(action) = rule::action(p)?
    {
        return Ok(action);
    }
    if let Some(switch) = policy::switch(p) {
        return Ok(switch);
    }
    if matches!(kind, ObjectKind::Table | ObjectKind::MaterializedView) && p.eat("cluster on") {
        return Ok(AlterAction::ClusterOn(Some(p.name()?)));
    }
    let harmless = ["enable", "disable", "force", "no force", "replica identity"];
    if matches!(kind, ObjectKind::Table | ObjectKind::MaterializedView) && harmless.iter().any(|w| p.at(w)) {
        while !p.at_end() && !p.at_token(&Token::Comma) {
            p.parser.advance_token();
        }
        return Ok(AlterAction::Accepted);
    }
    p.unexpected()
}

/// ENABLE and DISABLE TRIGGER.
fn trigger_action(p: &mut Words<'_, '_>) -> Parse<Option<AlterAction>> {
    let enabled = if p.eat("enable trigger") {
        'O'
    } else if p.eat("enable always trigger") {
        'A'
    } else if p.eat("enable replica trigger") {
        'R'
    } else if p.eat("disable trigger") {
        'D'
    } else {
        return Ok(None);
    };
    let name = if p.eat("all") || p.eat("user") { None } else { Some(p.name()?) };
    Ok(Some(AlterAction::EnableTrigger { name, enabled }))
}

fn rename(p: &mut Words<'_, '_>) -> Parse<AlterAction> {
    if p.eat("to") {
        return Ok(AlterAction::Rename(p.name()?));
    }
    if p.eat("constraint") {
        let old = p.name()?;
        p.expect("to")?;
        return Ok(AlterAction::RenameConstraint { old, new: p.name()? });
    }
    p.eat("column");
    let old = p.name()?;
    p.expect("to")?;
    Ok(AlterAction::RenameColumn { old, new: p.name()? })
}

fn add(p: &mut Words<'_, '_>) -> Parse<AlterAction> {
    if table::starts_constraint(p) {
        return table::table_constraint(p).map(AlterAction::AddConstraint);
    }
    p.eat("column");
    let if_not_exists = p.eat("if not exists");
    let column = table::column(p)?;
    Ok(AlterAction::AddColumn { column, if_not_exists })
}

fn drop_part(p: &mut Words<'_, '_>) -> Parse<AlterAction> {
    if p.eat("constraint") {
        let if_exists = p.eat("if exists");
        let name = p.name()?;
        return Ok(AlterAction::DropConstraint { name, if_exists, cascade: p.cascade() });
    }
    p.eat("column");
    let if_exists = p.eat("if exists");
    let name = p.name()?;
    Ok(AlterAction::DropColumn { name, if_exists, cascade: p.cascade() })
}

/// Behind ALTER [COLUMN].
fn alter_column(p: &mut Words<'_, '_>) -> Parse<AlterAction> {
    if matches!(p.parser.peek_token_ref().token, Token::Number(..)) {
        let number = p.integer()?;
        p.expect("set statistics")?;
        p.integer()?;
        return Ok(AlterAction::IndexStatistics(number));
    }
    let column = p.name()?;
    if p.eat("set default") {
        return Ok(AlterAction::SetDefault { column, value: p.tight_expr()? });
    }
    if p.eat("drop default") {
        return Ok(AlterAction::DropDefault { column });
    }
    if p.eat("set not null") {
        return Ok(AlterAction::SetNotNull { column });
    }
    if p.eat("drop not null") {
        return Ok(AlterAction::DropNotNull { column });
    }
    if p.eat("set data type") || p.eat("type") {
        let ty = p.data_type()?;
        let collation = if p.eat("collate") { Some(p.qualified()?) } else { None };
        let using = if p.eat("using") { Some(p.expr()?) } else { None };
        return Ok(AlterAction::SetType { column, ty, collation, using });
    }
    if p.eat("add generated") {
        let always = p.eat("always");
        if !always {
            p.expect("by default")?;
        }
        p.expect("as identity")?;
        let options = if p.at_token(&Token::LParen) { table::parenthesized_options(p)? } else { Vec::new() };
        return Ok(AlterAction::AddIdentity { column, always, options });
    }
    if p.eat("drop identity") {
        return Ok(AlterAction::DropIdentity { column, if_exists: p.eat("if exists") });
    }
    if p.eat("drop expression") {
        return Ok(AlterAction::DropExpression { column, if_exists: p.eat("if exists") });
    }
    for words in ["set statistics", "set storage", "set compression"] {
        if p.eat(words) {
            p.option_value()?;
            return Ok(AlterAction::AcceptedColumn { column });
        }
    }
    if p.eat("set") || p.eat("reset") {
        if p.at_token(&Token::LParen) {
            p.options()?;
            return Ok(AlterAction::AcceptedColumn { column });
        }
        p.parser.prev_token();
    }
    set_identity(p, column)
}

/// `SET GENERATED …`, `SET sequence option`, `RESTART`, in any number.
fn set_identity(p: &mut Words<'_, '_>, column: String) -> Parse<AlterAction> {
    let (mut always, mut options) = (None, Vec::new());
    loop {
        if p.eat("set generated") {
            always = Some(p.eat("always"));
            if always == Some(false) {
                p.expect("by default")?;
            }
        } else if p.eat("set") || p.at("restart") {
            let before = options.len();
            options.extend(table::sequence_options(p)?);
            if options.len() == before {
                return p.unexpected();
            }
        } else if always.is_none() && options.is_empty() {
            return p.unexpected();
        } else {
            return Ok(AlterAction::SetIdentity { column, always, options });
        }
    }
}

// ---- the others ----

fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    if p.eat("owned by") {
        let roles = p.commas(Words::label)?;
        return Ok(Ddl::DropOwned { roles, cascade: p.cascade() });
    }
    if let Some(kind) = function::kind(p) {
        return function::drop(p, kind);
    }
    if p.eat("trigger") {
        return trigger::drop(p);
    }
    if p.eat("rule") {
        return rule::drop(p);
    }
    if p.eat("policy") {
        return policy::drop(p);
    }
    if p.eat("aggregate") {
        return aggregate::drop(p);
    }
    if at_operator(p) {
        p.eat("operator");
        return operator::drop(p);
    }
    if let Some(group) = operator_class::group(p) {
        return operator_class::drop(p, group);
    }
    if let Some(nothing) = absent::drop(p)? {
        return Ok(nothing);
    }
    let Some(kind) = object_kind(p) else {
        let what = kind_words(p);
        return unsupported(p, format!("DROP {what}"));
    };
    let concurrently = kind == ObjectKind::Index && p.eat("concurrently");
    let if_exists = p.eat("if exists");
    let names = if kind == ObjectKind::Role {
        p.commas(|p| Ok(QualifiedName(vec![p.label()?])))?
    } else {
        p.commas(Words::qualified)?
    };
    if kind == ObjectKind::Database {
        let with = p.eat("with");
        if with || p.at_token(&Token::LParen) {
            p.list(|p| p.expect("force"))?;
        }
    }
    let cascade = p.cascade();
    Ok(Ddl::Drop(Drop { kind, names, if_exists, cascade, concurrently }))
}

/// `t`, `t *`, `ONLY t` or `ONLY (t)`.
pub(super) fn table_ref(p: &mut Words<'_, '_>) -> Parse<TableRef> {
    let only = p.eat("only");
    let parentheses = only && p.eat_token(&Token::LParen);
    let name = p.qualified()?;
    if parentheses {
        p.expect_token(&Token::RParen)?;
    } else if !only {
        p.eat_token(&Token::Mul);
    }
    Ok(TableRef { name, only })
}

fn truncate(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    p.eat("table");
    let tables = p.commas(table_ref)?;
    let restart_identity = p.eat("restart identity");
    if !restart_identity {
        p.eat("continue identity");
    }
    Ok(Ddl::Truncate { tables, restart_identity, cascade: p.cascade() })
}

fn comment(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let on = if p.eat("column") {
        let mut name = p.qualified()?;
        if p.eat_token(&Token::Period) {
            name.0.push(p.label()?);
        }
        match name.0.pop().filter(|_| !name.0.is_empty()) {
            Some(column) => CommentTarget::Column(name, column),
            None => return p.unexpected(),
        }
    } else if p.eat("trigger") {
        CommentTarget::Trigger(trigger::on_table(p)?)
    } else if p.eat("rule") {
        CommentTarget::Rule(rule::on_relation(p)?)
    } else if p.eat("constraint") {
        let name = p.name()?;
        p.expect("on")?;
        if p.eat("domain") {
            CommentTarget::DomainConstraint { name, domain: p.qualified()? }
        } else {
            CommentTarget::Constraint { name, table: p.qualified()? }
        }
    } else if p.eat("policy") {
        let name = p.name()?;
        p.expect("on")?;
        CommentTarget::Policy { name, table: p.qualified()? }
    } else if let Some(kind) = function::kind(p) {
        CommentTarget::Function(kind, function::function_name(p)?)
    } else if p.eat("large object") {
        CommentTarget::LargeObject(p.number()?)
    } else if at_operator(p) {
        p.eat("operator");
        CommentTarget::Operator(operator::operator(p)?)
    } else if let Some(group) = operator_class::group(p) {
        CommentTarget::OperatorGroup(operator_class::group_name(p, group)?)
    } else if p.eat("aggregate") {
        CommentTarget::Function(aggregate::KIND, aggregate::aggregate_name(p)?)
    } else if let Some(kind) = object_kind(p) {
        let name = if kind == ObjectKind::Role { QualifiedName(vec![p.label()?]) } else { p.qualified()? };
        CommentTarget::Object(kind, name)
    } else {
        let what = kind_words(p);
        while !p.at_end() && !p.at("is") {
            p.parser.advance_token();
        }
        CommentTarget::Other(what)
    };
    p.expect("is")?;
    let text = if p.eat("null") { None } else { Some(p.string()?) };
    Ok(Ddl::Comment { on, text })
}

/// VACUUM, ANALYZE and CLUSTER: options, then tables with columns.
fn maintain(p: &mut Words<'_, '_>, tag: &'static str, blocks_forbidden: bool) -> Parse<Ddl> {
    if p.at_token(&Token::LParen) {
        p.list(|p| {
            p.label()?;
            if !p.at_token(&Token::Comma) && !p.at_token(&Token::RParen) {
                p.option_value()?;
            }
            Ok(())
        })?;
    } else {
        while ["full", "freeze", "verbose", "analyze", "analyse"].iter().any(|w| p.eat(w)) {}
    }
    let mut tables = Vec::new();
    if !p.at_end() {
        tables = p.commas(|p| {
            p.eat("only");
            let name = p.qualified()?;
            let columns = if p.at_token(&Token::LParen) { p.names()? } else { Vec::new() };
            Ok((name, columns))
        })?;
    }
    let index = if tag == "CLUSTER" && p.eat("using") { Some(p.name()?) } else { None };
    Ok(Ddl::Maintain { tag, tables, index, blocks_forbidden })
}

fn reindex(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let mut concurrently = false;
    if p.at_token(&Token::LParen) {
        p.list(|p| {
            let name = p.label()?;
            let ends = p.at_token(&Token::Comma) || p.at_token(&Token::RParen);
            let value = if ends { None } else { Some(p.option_value()?) };
            if name == "concurrently" {
                let off = |v: &String| matches!(v.to_ascii_lowercase().as_str(), "false" | "off" | "0");
                concurrently = !value.as_ref().is_some_and(off);
            }
            Ok(())
        })?;
    }
    let whole = p.eat("database") || p.eat("system") || p.eat("schema");
    let index = !whole && p.eat("index");
    if !whole && !index {
        p.expect("table")?;
    }
    concurrently |= p.eat("concurrently");
    if !whole {
        return Ok(Ddl::Reindex { name: p.qualified()?, index, concurrently });
    }
    if !p.at_end() {
        p.qualified()?;
    }
    Ok(Ddl::Maintain { tag: "REINDEX", tables: Vec::new(), index: None, blocks_forbidden: true })
}
