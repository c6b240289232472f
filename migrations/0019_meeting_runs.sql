-- Runs that made items of a meeting: how, what it took, and what people think of it. One row for each, written by the
-- run's object; what is in `runs` is not repeated.

CREATE TABLE meeting_runs (
  run_id TEXT PRIMARY KEY,
  meeting_id TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL,
  -- What was asked for: the version that was tried first, the mode of its writes, and who wrote and reviewed.
  plan TEXT NOT NULL CHECK (json_valid(plan)),
  state TEXT NOT NULL,
  -- Of the run: later versions replace earlier ones.
  version INTEGER NOT NULL,
  -- The version that came to an end; null before.
  used_version TEXT CHECK (used_version IN ('v1', 'v2')),
  -- Why v2 was given up for v1; null where it was not.
  fell_back_from TEXT,
  -- Calls of models, as they were measured.
  calls TEXT NOT NULL CHECK (json_valid(calls) AND json_type(calls) = 'array'),
  -- Writes on the run's sheet, and those that had been made before.
  effects INTEGER NOT NULL CHECK (effects >= 0),
  unchanged INTEGER NOT NULL CHECK (unchanged >= 0),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  -- Whether somebody found it useful; both or neither.
  is_useful INTEGER CHECK (is_useful IN (0, 1)),
  judged_by TEXT,
  CHECK ((is_useful IS NULL) = (judged_by IS NULL))
) STRICT;

CREATE INDEX meeting_runs_by_meeting ON meeting_runs (meeting_id, run_id);

-- How a workspace processes meetings where nobody says how. No row: the defaults.
CREATE TABLE meeting_rollouts (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  v2_percent INTEGER NOT NULL CHECK (v2_percent BETWEEN 0 AND 100),
  falls_back INTEGER NOT NULL CHECK (falls_back IN (0, 1))
) STRICT;
