-- Endpoints that messages about runs are sent to, and the messages as the console lists them.

-- The truth about an endpoint. Its secrets are sealed with the installation's key, because they sign.
CREATE TABLE webhook_endpoints (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_valid(events)),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  disabled_reason TEXT CHECK (disabled_reason IN ('person', 'gone', 'failing', 'backlog')),
  disabled_at INTEGER,
  sealed_secret TEXT NOT NULL,
  -- Signs, too, until it expires.
  sealed_previous_secret TEXT,
  previous_secret_expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CHECK ((enabled = 0) = (disabled_reason IS NOT NULL)),
  CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL)),
  CHECK ((sealed_previous_secret IS NULL) = (previous_secret_expires_at IS NULL))
) STRICT;

CREATE INDEX webhook_endpoints_by_workspace ON webhook_endpoints (workspace_id, id);

-- A projection: the endpoint's sender object holds the truth, with bodies and attempts, and carries each version here.
CREATE TABLE webhook_messages (
  endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  event TEXT NOT NULL,
  run_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'acknowledged', 'refused', 'unknown')),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  created_at INTEGER NOT NULL,
  last_attempt_at INTEGER,
  next_attempt_at INTEGER,
  last_status INTEGER,
  version INTEGER NOT NULL,
  PRIMARY KEY (endpoint_id, id),
  CHECK (state IN ('intended', 'unknown') OR next_attempt_at IS NULL),
  CHECK (state <> 'intended' OR next_attempt_at IS NOT NULL),
  CHECK ((attempts = 0) = (last_attempt_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX webhook_messages_by_ordinal ON webhook_messages (endpoint_id, ordinal);
