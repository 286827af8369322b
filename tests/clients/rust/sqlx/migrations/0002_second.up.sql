ALTER TABLE item ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD CONSTRAINT item_cost_not_negative CHECK (cost >= 0);
ALTER TABLE project ALTER COLUMN name TYPE VARCHAR(80);
CREATE UNIQUE INDEX item_of_project ON item (project_id, lower(title));
CREATE INDEX item_due ON item (due) WHERE status = 'open';
