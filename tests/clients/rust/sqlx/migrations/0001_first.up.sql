CREATE TYPE status AS ENUM ('open', 'done');
CREATE TABLE project (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name VARCHAR(40) NOT NULL UNIQUE,
    created TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE item (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id BIGINT NOT NULL REFERENCES project ON DELETE CASCADE,
    title TEXT NOT NULL,
    status status NOT NULL DEFAULT 'open',
    cost NUMERIC(10, 2),
    labels TEXT[] NOT NULL DEFAULT '{}',
    details JSONB,
    file BYTEA,
    due DATE
);
