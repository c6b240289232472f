-- Repositories as workspaces configure them, and the endpoints at which their trackers' deliveries arrive.

CREATE TABLE repositories (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 48),
  -- What its git address points at, however it is written: `github.com/acme/api`.
  remote TEXT NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings) AND settings ->> '$.key' = key),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;

-- One lane for one repository: two rows for the same remote would run side by side in it.
CREATE UNIQUE INDEX repositories_by_remote ON repositories (remote, workspace_id);

-- Which Jira projects a repository takes issues of. Derived from `settings`, to be found by the project.
CREATE TABLE repository_projects (
  project TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  repository_key TEXT NOT NULL,
  PRIMARY KEY (project, workspace_id, repository_key),
  FOREIGN KEY (workspace_id, repository_key) REFERENCES repositories (workspace_id, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX repository_projects_by_repository ON repository_projects (workspace_id, repository_key);

CREATE TABLE inbound_endpoints (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  tracker TEXT NOT NULL CHECK (tracker IN ('github', 'jira')),
  -- The only repository whose issues it takes; null for all of the workspace.
  repository_key TEXT,
  -- `address`: the secret comes in the address, for servers that cannot sign.
  authentication TEXT NOT NULL CHECK (authentication = 'signature' OR (authentication = 'address' AND tracker = 'jira')),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (workspace_id, repository_key) REFERENCES repositories (workspace_id, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX inbound_endpoints_by_workspace ON inbound_endpoints (workspace_id, tracker);

-- A secret signs, so it must be read again: it is sealed with the installation's key, never in clear.
CREATE TABLE inbound_secrets (
  id TEXT PRIMARY KEY,
  endpoint_id TEXT NOT NULL REFERENCES inbound_endpoints (id) ON DELETE CASCADE,
  sealed TEXT NOT NULL,
  -- Its last characters, for people to tell two apart.
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Set when it was replaced: until then it still counts.
  expires_at INTEGER CHECK (expires_at >= created_at)
) STRICT;

CREATE INDEX inbound_secrets_by_endpoint ON inbound_secrets (endpoint_id);
