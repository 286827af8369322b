//! The catalogs of full-text search: one parser, the dictionaries, and the configurations over them.

use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::system::PG_CATALOG;
use gavel_functions::registry;
use gavel_textsearch::configuration::DEFAULT_PARSER;
use gavel_textsearch::token::TokenType;
use gavel_textsearch::{Configuration, Dictionary};
use gavel_types::Oid;

use super::table::Rows;

/// OID, name and functions of the templates that dictionaries are made from. Only the first and the last have some.
const TEMPLATES: &[(u32, &str, &str, &str)] = &[
    (3727, "simple", "dsimple_init", "dsimple_lexize"),
    (3730, "synonym", "dsynonym_init", "dsynonym_lexize"),
    (3733, "ispell", "dispell_init", "dispell_lexize"),
    (3742, "thesaurus", "thesaurus_init", "thesaurus_lexize"),
    (13150, "snowball", "dsnowball_init", "dsnowball_lexize"),
];

fn function(name: &str) -> Oid {
    registry::procs_named(name).next().map_or(Oid(0), |p| p.oid)
}

/// Fills a relation; whether it is one of these.
pub(super) fn fill(name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_ts_parser" => parser(out),
        "pg_ts_template" => templates(out),
        "pg_ts_dict" => dictionaries(out),
        "pg_ts_config" => configurations(out),
        "pg_ts_config_map" => mappings(out),
        _ => return false,
    }
    true
}

fn parser(out: &mut Rows) {
    out.add(|row| {
        row.set("oid", DEFAULT_PARSER).set("prsname", "default").set("prsnamespace", PG_CATALOG);
        row.set("prsstart", function("prsd_start")).set("prstoken", function("prsd_nexttoken"));
        row.set("prsend", function("prsd_end")).set("prsheadline", function("prsd_headline"));
        row.set("prslextype", function("prsd_lextype"));
    });
}

fn templates(out: &mut Rows) {
    for (oid, name, init, lexize) in TEMPLATES {
        out.add(|row| {
            row.set("oid", Oid(*oid)).set("tmplname", *name).set("tmplnamespace", PG_CATALOG);
            row.set("tmplinit", function(init)).set("tmpllexize", function(lexize));
        });
    }
}

fn dictionaries(out: &mut Rows) {
    for dictionary in Dictionary::all() {
        let (template, options) = match dictionary {
            Dictionary::Simple => (Oid(3727), None),
            Dictionary::Snowball(language) => {
                let name = language.name;
                let stop_words =
                    if language.has_stop_words() { format!(", stopwords = '{name}'") } else { String::new() };
                (Oid(13150), Some(format!("language = '{name}'{stop_words}")))
            }
        };
        out.add(|row| {
            row.set("oid", dictionary.oid()).set("dictname", dictionary.name().as_str());
            row.set("dictnamespace", PG_CATALOG).set("dictowner", SUPERUSER).set("dicttemplate", template);
            if let Some(options) = &options {
                row.set("dictinitoption", options.as_str());
            }
        });
    }
}

fn configurations(out: &mut Rows) {
    for configuration in Configuration::all() {
        out.add(|row| {
            row.set("oid", configuration.oid()).set("cfgname", configuration.name());
            row.set("cfgnamespace", PG_CATALOG).set("cfgowner", SUPERUSER).set("cfgparser", DEFAULT_PARSER);
        });
    }
}

fn mappings(out: &mut Rows) {
    for configuration in Configuration::all() {
        for kind in TokenType::ALL {
            let Some(dictionary) = configuration.dictionary(*kind) else { continue };
            out.add(|row| {
                row.set("mapcfg", configuration.oid()).set("maptokentype", kind.number());
                row.set("mapseqno", 1).set("mapdict", dictionary.oid());
            });
        }
    }
}
