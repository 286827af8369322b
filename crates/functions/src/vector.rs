//! Evaluation over Arrow arrays.
