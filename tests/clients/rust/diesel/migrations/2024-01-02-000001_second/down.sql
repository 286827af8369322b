DROP INDEX players_born;
ALTER TABLE players DROP CONSTRAINT players_of_team, DROP CONSTRAINT players_score, DROP COLUMN games;
