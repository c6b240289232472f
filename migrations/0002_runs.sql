-- Runs as the console lists them: a projection. The executor object holds the truth about a live run and carries each
-- version here; `version` keeps a late or repeated write from undoing a newer one.

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('execution', 'meeting', 'issue', 'agent', 'challenge')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed-out')),
  title TEXT NOT NULL,
  language TEXT NOT NULL,
  entry TEXT NOT NULL,
  lane TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
  created_by TEXT NOT NULL,
  retry_of TEXT,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  limits TEXT NOT NULL CHECK (json_valid(limits)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  error_category TEXT,
  limit_reached TEXT,
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  usage TEXT CHECK (usage IS NULL OR json_valid(usage)),
  last_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  version INTEGER NOT NULL,
  CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'timed-out')) = (finished_at IS NOT NULL)),
  CHECK (state <> 'running' OR started_at IS NOT NULL)
) STRICT;

CREATE INDEX runs_by_workspace ON runs (workspace_id, id);
CREATE INDEX runs_by_state ON runs (workspace_id, state, id);

-- The program's files, in parts below the row limit.
CREATE TABLE run_files (
  run_id TEXT NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  part INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, name, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_inputs (
  run_id TEXT PRIMARY KEY REFERENCES runs (id),
  stdin TEXT NOT NULL,
  args TEXT NOT NULL CHECK (json_valid(args))
) STRICT, WITHOUT ROWID;

-- The finished run's live stream: each row holds events `first_seq` to `last_seq` as a JSON array.
CREATE TABLE run_output (
  run_id TEXT NOT NULL REFERENCES runs (id),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
  events TEXT NOT NULL CHECK (json_valid(events)),
  PRIMARY KEY (run_id, first_seq)
) STRICT, WITHOUT ROWID;

-- What an Idempotency-Key stood for, so that a repeated request finds its run instead of starting another.
CREATE TABLE idempotency_keys (
  principal_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  run_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (principal_id, key)
) STRICT, WITHOUT ROWID;
