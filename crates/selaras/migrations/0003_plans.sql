-- Plans that governments sent, as frozen documents. A document is one compressed text: it is kept whole
-- or not at all, and no statement changes what it says. One that comes again, corrected, takes the
-- place of the one before, which stays to be held against it.
CREATE TABLE plan_documents (
    id TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    hash TEXT NOT NULL,
    head TEXT NOT NULL,
    rows_count BIGINT NOT NULL,
    body BYTEA NOT NULL,
    replaced_by TEXT REFERENCES plan_documents (id),
    added_at TEXT NOT NULL
);
CREATE INDEX plan_documents_by_region ON plan_documents (region, added_at);

-- What offices say is meant so, with the reason, by finding.
CREATE TABLE plan_silences (
    province TEXT NOT NULL,
    finding TEXT NOT NULL,
    body TEXT NOT NULL,
    said_at TEXT NOT NULL,
    PRIMARY KEY (province, finding)
);

-- Lists that stand beside the plans of a province: `proposals`, `items` of meetings.
CREATE TABLE plan_lists (
    province TEXT NOT NULL,
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (province, kind)
);
