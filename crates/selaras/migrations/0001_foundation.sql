-- Portable SQL for SQLite and PostgreSQL: TEXT, BIGINT and DOUBLE PRECISION only. Truth values are
-- BIGINT 0 or 1, hashes are lower-case hex, instants are RFC 3339 in UTC with six decimals.

CREATE TABLE audit_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (one, position, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit (
    position BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    digest TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'stopped')),
    stopping BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    message TEXT NOT NULL,
    payload TEXT NOT NULL,
    result TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT
);
CREATE INDEX jobs_by_state ON jobs (state, created_at);
CREATE INDEX jobs_by_subject ON jobs (subject, created_at);

CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    year BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    instrument TEXT NOT NULL,
    opened TEXT,
    closed TEXT,
    target BIGINT NOT NULL CHECK (target > 0),
    simulated BIGINT NOT NULL CHECK (simulated IN (0, 1)),
    created_at TEXT NOT NULL,
    result TEXT,
    computed_at TEXT
);

CREATE TABLE round_regions (
    round TEXT NOT NULL REFERENCES rounds (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    PRIMARY KEY (round, code)
);

CREATE TABLE round_files (
    id TEXT PRIMARY KEY,
    round TEXT NOT NULL REFERENCES rounds (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    replaced_by TEXT REFERENCES round_files (id),
    added_at TEXT NOT NULL
);
CREATE INDEX round_files_by_round ON round_files (round, added_at);

CREATE TABLE mapping_profiles (
    office TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (office, name)
);
