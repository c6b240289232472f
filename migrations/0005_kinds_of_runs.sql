-- Runs that have no program of their own, such as those about an issue; and runs that may wait for a limited time.
-- Columns that must be filled cannot be relaxed in place, so the tables are made anew: children first, since a table that
-- others refer to cannot be dropped.

CREATE TABLE runs_new (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('execution', 'meeting', 'issue', 'agent', 'challenge')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed-out')),
  title TEXT NOT NULL,
  -- These three belong to a program: all of them or none.
  language TEXT,
  entry TEXT,
  limits TEXT CHECK (limits IS NULL OR json_valid(limits)),
  issue TEXT CHECK (issue IS NULL OR json_valid(issue)),
  lane TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
  created_by TEXT NOT NULL,
  retry_of TEXT,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  error_category TEXT,
  limit_reached TEXT,
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  usage TEXT CHECK (usage IS NULL OR json_valid(usage)),
  last_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  version INTEGER NOT NULL,
  CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'timed-out')) = (finished_at IS NOT NULL)),
  CHECK (state <> 'running' OR started_at IS NOT NULL),
  CHECK ((language IS NULL) = (entry IS NULL) AND (language IS NULL) = (limits IS NULL)),
  CHECK ((kind = 'execution') <= (language IS NOT NULL)),
  CHECK ((kind = 'issue') = (issue IS NOT NULL))
) STRICT;

INSERT INTO runs_new (
  id, workspace_id, kind, state, title, language, entry, limits, lane, priority, created_by, retry_of, attempts, error,
  error_category, limit_reached, result, usage, last_seq, created_at, started_at, finished_at, version
)
SELECT
  id, workspace_id, kind, state, title, language, entry, limits, lane, priority, created_by, retry_of, attempts, error,
  error_category, limit_reached, result, usage, last_seq, created_at, started_at, finished_at, version
FROM runs;

CREATE TABLE run_files_new (
  run_id TEXT NOT NULL REFERENCES runs_new (id),
  name TEXT NOT NULL,
  part INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, name, part)
) STRICT, WITHOUT ROWID;
INSERT INTO run_files_new SELECT * FROM run_files;
DROP TABLE run_files;

CREATE TABLE run_inputs_new (
  run_id TEXT PRIMARY KEY REFERENCES runs_new (id),
  stdin TEXT NOT NULL,
  args TEXT NOT NULL CHECK (json_valid(args))
) STRICT, WITHOUT ROWID;
INSERT INTO run_inputs_new SELECT * FROM run_inputs;
DROP TABLE run_inputs;

-- The finished run's live stream: each row holds events `first_seq` to `last_seq` as a JSON array.
CREATE TABLE run_output_new (
  run_id TEXT NOT NULL REFERENCES runs_new (id),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
  events TEXT NOT NULL CHECK (json_valid(events)),
  PRIMARY KEY (run_id, first_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO run_output_new SELECT * FROM run_output;
DROP TABLE run_output;

DROP TABLE runs;
ALTER TABLE runs_new RENAME TO runs;
ALTER TABLE run_files_new RENAME TO run_files;
ALTER TABLE run_inputs_new RENAME TO run_inputs;
ALTER TABLE run_output_new RENAME TO run_output;

CREATE INDEX runs_by_workspace ON runs (workspace_id, id);
CREATE INDEX runs_by_state ON runs (workspace_id, state, id);
CREATE INDEX runs_by_person ON runs (workspace_id, created_by, id);
CREATE INDEX runs_by_lane ON runs (workspace_id, lane, id);
