ALTER TABLE players ADD COLUMN games INTEGER NOT NULL DEFAULT 0;
ALTER TABLE players ADD CONSTRAINT players_score CHECK (score >= 0);
ALTER TABLE players ADD CONSTRAINT players_of_team UNIQUE (team_id, name);
CREATE INDEX players_born ON players (born DESC NULLS LAST);
