DROP INDEX item_due;
DROP INDEX item_of_project;
ALTER TABLE project ALTER COLUMN name TYPE VARCHAR(40);
ALTER TABLE item DROP CONSTRAINT item_cost_not_negative, DROP COLUMN place;
