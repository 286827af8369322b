//! Calendar arithmetic and the text forms of dates and times.
