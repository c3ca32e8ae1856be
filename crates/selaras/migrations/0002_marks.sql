-- What bears the mark of simulated data is written down where it stands, so that a round stops being
-- called simulated when that goes. `rounds.simulated` now says only what was said of the round when it
-- was made.

ALTER TABLE round_files ADD COLUMN marked BIGINT NOT NULL DEFAULT 0;

UPDATE round_files SET marked = 1
WHERE UPPER(REPLACE(REPLACE(REPLACE(REPLACE(name, '-', ''), '_', ''), ' ', ''), '.', '')) LIKE '%DATASIMULASI%';

-- Tables beside the answers of a round (`margins`, `official`) that bear the mark.
CREATE TABLE round_marks (
    round TEXT NOT NULL REFERENCES rounds (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    PRIMARY KEY (round, kind)
);

-- Rounds marked by something they took in, as the audit has it (the digest is that of the mark). Which
-- table it was is not known: the mark stays until margins are sent or removed.
INSERT INTO round_marks (round, kind)
SELECT id, 'margins' FROM rounds
WHERE simulated = 1 AND id IN (
    SELECT subject FROM audit
    WHERE kind = 'round'
    AND digest = 'aada1d0e52c4de9c17d015761470fa5084ba0e13327b8cb8ff7d9fc9df556e33'
) AND NOT EXISTS (SELECT 1 FROM round_files WHERE round = rounds.id AND replaced_by IS NULL AND marked = 1);

UPDATE rounds SET simulated = 0
WHERE simulated = 1 AND id IN (
    SELECT subject FROM audit
    WHERE kind = 'round'
    AND digest = 'aada1d0e52c4de9c17d015761470fa5084ba0e13327b8cb8ff7d9fc9df556e33'
);
