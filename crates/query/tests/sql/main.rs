//! SQL end to end: scripts run through `SqlSession` over a real journal in files, a real adjudicator and
//! a real store, against the output that is written in them.
//!
//! A script is a text of statements with what they answer:
//! ```text
//! > SELECT 1 AS one;
//! one
//! 1
//! SELECT 1
//!
//! b> UPDATE t SET a = 2;        -- in session b
//! ERROR 25P02: current transaction is aborted, …
//! ```
//! A statement goes from `>` to the line that ends with `;`. Run with `GAVEL_GOLDEN=write` to have the
//! answers written anew; read the difference before committing it.
#![allow(clippy::disallowed_methods, reason = "tests write their golden files")]

mod functions;
mod harness;
mod online;
mod push_down;
mod sink;
mod temporary;
mod waiting;

use std::path::Path;

async fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/scripts").join(format!("{name}.sql"));
    let script = std::fs::read_to_string(&path).expect("script");
    let answered = harness::run(&script).await.expect("run");
    if std::env::var("GAVEL_GOLDEN").is_ok_and(|v| v == "write") {
        std::fs::write(&path, &answered).expect("write script");
        return;
    }
    if answered != script {
        let wrong = script.lines().zip(answered.lines()).enumerate().find(|(_, (a, b))| a != b);
        let (line, (expected, found)) = wrong.unwrap_or((0, ("", "the length differs")));
        panic!("{name}.sql, line {}:\n  expected {expected}\n  found    {found}\nin full:\n{answered}", line + 1);
    }
}

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            check(stringify!($name)).await;
        }
    )*};
}

scripts! {
    a_table_is_made_filled_and_read
    checks_call_functions
    functions_answer_as_postgresql
    functions_in_sql_call_themselves
    functions_stand_as_columns
    operators_are_named_with_their_schema
    rules_hold_the_types_of_columns
    tables_are_rewritten_without_their_triggers
    things_that_are_never_there_are_skipped
    transactions_begin_end_and_fail
    transactions_have_numbers
    savepoints_nest
    constraints_refuse_rows
    keys_and_indexes_follow_updates
    keys_are_found_by_integers_of_any_width
    keys_are_added_to_trees
    conflicts_of_inserts_are_resolved
    foreign_keys_act
    sequences_count
    what_is_assigned_is_computed_once
    defaults_hold_their_sequences
    prepared_statements_and_cursors
    lost_conflicts_say_what_changed
    serializable_prevents_write_skew
    settings_follow_transactions
    plans_follow_the_sizes_of_tables
    transactions_that_grow_too_old_are_rolled_back
    sleeping_can_be_timed_out
    subqueries_stand_in_returning_and_do_update
    system_columns_are_refused
    copy_from_computes_generated_columns
    explain_analyze_runs_modifications
    explain_counts_what_merge_does
    ddl_errors_point_at_their_place
    keys_that_are_too_long_are_refused
    deferrable_constraints_wait
    aggregates_over_hypothetical_rows
    json_objects_become_rows
    clauses_end_queries_in_any_order
    common_table_expressions_recurse
    grouping_sets_nest
    groups_by_the_key_of_a_parent
    direct_arguments_follow_grouping_sets
    strings_have_escapes
    rows_come_from_several_functions
    row_locks_reach_views_and_subqueries
    lateral_items_see_what_is_to_their_left
    select_lists_may_be_empty
    explain_of_prepared_statements
    explain_shows_what_storage_does
    explain_shows_inverted_indexes
    indexes_have_methods_and_operator_classes
    exclusion_constraints_refuse_equal_rows
    values_are_found_by_their_elements
    elements_are_assigned
    addresses_amounts_and_points_are_stored
    texts_are_searched
    texts_become_lexemes
    cursors_move_both_ways
    cursors_end_with_their_transaction
    locks_of_cursors_are_checks
    table_locks_are_checks
    sessions_show_what_they_have
    advisory_locks_exclude
    notifications_are_told_at_commit
    temporary_tables_belong_to_a_session
    temporary_tables_follow_transactions
    temporary_types_and_functions_belong_to_a_session
    rows_of_users_functions_stand_in_views
    rows_become_values_of_composite_types
    enums_are_ordered_by_position
    domains_check_their_values
    composite_types_hold_rows
    rows_are_merged
    views_are_written_through
    views_depend_on_what_they_read
    whole_rows_of_outer_joins_may_be_null
    materialized_views_keep_results
    materialized_views_are_filled_as_their_owner
    views_show_their_queries
    views_show_their_expressions
    views_are_shown_as_they_are_met
    views_follow_new_names
    views_follow_columns_that_come_and_go
    rows_and_sequences_go_together
    rows_of_types_stand_against_their_change
    tables_are_logged_or_not
    truncate_reaches_partitions
    tables_are_made_like_others
    functions_are_put_in_the_place_of_calls
    functions_run_several_statements
    functions_are_shown_and_dropped
    tables_follow_a_type
    fields_come_and_go
    tables_are_made_of_prepared_queries
    schemas_are_made_with_what_is_in_them
    rows_of_cursors_are_changed
    updated_rows_of_temporary_tables_go_to_the_end
    cursors_that_lock_leave_out_changed_rows
    functions_in_sql_run_commands
    parts_of_values_are_assigned
    merging_joins_and_inferring
    foreign_keys_set_some_columns
    copy_takes_some_rows
    bodies_in_plpgsql_run
    plpgsql_records
    operators_of_users_run
    operator_class
    operator_classes_keep_the_default_order
    aggregates_of_users_run
    aggregates_are_defined_and_dropped
    bodies_run_with_rights
    aggregates_call_by_the_rights_of_their_owner
    bodies_are_bound_for_whoever_runs_them
    errors_in_bodies_leave_out_what_may_not_be_read
    privileges_on_tables_and_columns_are_needed
    views_are_read_with_the_rights_of_their_owner
    only_owners_change_what_they_own
    schemas_and_sequences_have_privileges
    roles_pass_on_their_privileges
    roles_are_made_joined_and_dropped
    functions_say_what_roles_may
    functions_run_with_the_rights_of_a_role
    errors_leave_out_what_may_not_be_read
    policies_say_which_rows_are_reached
    policies_hold_what_is_written
    conflicts_meet_what_views_show
    policies_hold_rows_that_triggers_change
    rows_are_asked_again_everywhere
    views_with_triggers_show_what_may_be_read
    policies_are_made_changed_and_dropped
    policies_read_other_tables
    indexes_are_built_online
    failed_builds_leave_invalid_indexes
    jobs_build_indexes_behind_the_session
    large_objects_are_opened_read_and_written
    large_objects_have_owners_and_privileges
    large_objects_are_versioned
    what_depends_on_roles_is_listed
    views_rely_on_primary_keys
    shapes_are_kept
    functions_are_built_in_ones
    operators_of_users_are_quantified
    items_of_from_are_calls
    views_show_calls_in_from
    definitions_write_constants_as_the_session
    trees_of_partitions_are_walked
    conditions_leave_out_partitions
    foreign_keys_reach_partitions
    indexes_are_attached_to_indexes
    conflicts_are_resolved_in_partitions
    partitions_are_attached_and_detached
    partitions_have_the_columns_of_their_table
    partition_keys_and_bounds_are_checked
    partition_bounds_are_computed
    partition_keys_may_be_rows
    hash_partitions_are_those_of_postgresql
    rules_are_made_and_shown
    rules_return_rows_and_nest
    rules_rewrite_statements
    rules_in_bodies_return_rows
    rules_name_columns_in_conditions
    rules_write_views
    trees_of_partitions_are_attached
    errors_of_partitions_point_at_their_place
    parents_are_written_with_their_children
    parents_are_read_with_their_children
    tables_take_and_leave_parents
    changes_of_parents_reach_their_children
    children_have_the_columns_of_their_parents
    indexes_reach_partitions
    keys_of_partitioned_tables
    foreign_keys_of_partitioned_tables
    foreign_keys_to_partitioned_tables
    foreign_keys_follow_partitions
    catalogs_show_keys_of_partitions
    catalogs_show_partitions
    catalogs_show_inheritance
    tables_inherit_columns_and_checks
    changes_reach_tables_that_inherit
    parents_are_dropped_with_their_children
    tables_are_read_with_their_descendants
    partitions_are_read
    rows_find_their_partitions
    rows_are_routed_to_partitions
    rows_move_between_partitions
    conflicts_in_partitions_are_resolved
    rows_of_descendants_are_changed
    rows_of_partitions_are_merged
    copy_fills_partitions
    errors_of_copy_name_the_row
    descendants_are_truncated
    views_over_descendants_are_written
    details_of_partitions_are_left_out
    triggers_fire
    triggers_fire_wherever_rows_are_written
    triggers_are_made_and_shown
    constraint_triggers_wait
    triggers_see_transition_tables
    triggers_write_views
    rules_are_asked_after_triggers
    triggers_of_partitioned_tables
    triggers_fire_in_partitions
    constraint_triggers_of_partitions_wait
    triggers_see_transition_tables_of_trees
    foreign_keys_fire_triggers_of_partitions
    rewritten_rows_keep_their_table
    errors_of_copy_into_tables_with_triggers
    errors_of_copy_leave_out_what_may_not_be_read
    statements_inside_leave_checks_alone
    rows_that_triggers_make_are_checked
    columns_that_are_assigned_fire_triggers
    tables_stay_while_their_triggers_run
    what_comes_after_rows
    foreign_keys_go_by_their_age
    partitions_that_come_meanwhile_conflict
}
