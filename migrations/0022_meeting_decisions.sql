-- What people decided about the writes of a meeting's runs, so that processing it again does not ask the same once more.
-- Copied from the sheets of the runs' objects; one row for each effect that somebody decided about.

CREATE TABLE meeting_decisions (
  run_id TEXT NOT NULL,
  -- The number of the effect on the run's sheet.
  effect INTEGER NOT NULL CHECK (effect >= 1),
  meeting_id TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  -- What was asked for, what was decided by whom, and what came of it.
  decision TEXT NOT NULL CHECK (json_valid(decision)),
  PRIMARY KEY (run_id, effect)
) STRICT, WITHOUT ROWID;

CREATE INDEX meeting_decisions_by_meeting ON meeting_decisions (meeting_id, decided_at);

-- Writes on the run's sheet that came with an earlier decision.
ALTER TABLE meeting_runs ADD COLUMN remembered INTEGER NOT NULL DEFAULT 0 CHECK (remembered >= 0);
