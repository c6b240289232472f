-- Programs that a workspace keeps under a name. A version never changes; the schedule of a snippet lies in an object.

CREATE TABLE snippets (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- Of the newest version, for lists.
  description TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('typescript', 'javascript', 'python')),
  latest_version INTEGER NOT NULL CHECK (latest_version >= 1),
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  -- No reference: the run is listed when its object has written it, which may be later.
  last_run_id TEXT,
  last_run_at INTEGER,
  PRIMARY KEY (workspace_id, name),
  CHECK ((last_run_id IS NULL) = (last_run_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE snippet_versions (
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  content TEXT NOT NULL CHECK (json_valid(content)),
  note TEXT NOT NULL,
  -- Id of the person who saved it, or whose token did.
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name, version),
  FOREIGN KEY (workspace_id, name) REFERENCES snippets (workspace_id, name) ON DELETE CASCADE
) STRICT;
