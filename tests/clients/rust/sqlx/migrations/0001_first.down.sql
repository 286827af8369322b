DROP TABLE item;
DROP TABLE project;
DROP TYPE status;
