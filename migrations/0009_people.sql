-- People in several workspaces, with roles; sessions and tokens that end, and can be told apart and revoked; invitations;
-- and how people prove who they are: a password, or an account elsewhere.

CREATE TABLE memberships (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) STRICT;

CREATE INDEX memberships_by_user ON memberships (user_id);

-- Whoever was here before could do everything.
INSERT INTO memberships (workspace_id, user_id, role, created_at)
SELECT workspace_id, id, 'owner', created_at FROM users;

-- `workspace_id` is the workspace that was chosen last; null for the person's first one.
CREATE TABLE new_sessions (
  secret_hash TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  workspace_id TEXT REFERENCES workspaces (id),
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL CHECK (last_seen_at >= created_at),
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;

INSERT INTO new_sessions (secret_hash, id, user_id, workspace_id, user_agent, created_at, last_seen_at, expires_at)
SELECT secret_hash, 'ses_' || substr(secret_hash, 1, 32), user_id, NULL, '', created_at,
  max(created_at, unixepoch() * 1000), expires_at
FROM sessions;

DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE new_api_tokens (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_at INTEGER NOT NULL,
  expires_at INTEGER CHECK (expires_at > created_at),
  last_used_at INTEGER
) STRICT;

INSERT INTO new_api_tokens
  (id, secret_hash, name, workspace_id, user_id, prefix, scopes, created_at, expires_at, last_used_at)
SELECT api_tokens.id, secret_hash, api_tokens.name, workspace_id, user_id, 'ry_',
  '["runs:read","runs:write","models:call","settings:read","settings:write","metrics:read"]', api_tokens.created_at, NULL, NULL
FROM api_tokens JOIN users ON users.id = api_tokens.user_id;

DROP TABLE api_tokens;
ALTER TABLE new_api_tokens RENAME TO api_tokens;
CREATE INDEX api_tokens_by_workspace ON api_tokens (workspace_id);

-- One person may be in several workspaces, and a key of theirs finds no run of another one.
UPDATE idempotency_keys
SET principal_id = (SELECT workspace_id || ':' || id FROM users WHERE users.id = idempotency_keys.principal_id)
WHERE principal_id IN (SELECT id FROM users);

-- Nobody has an address who came by the sign-in link alone.
ALTER TABLE users DROP COLUMN workspace_id;
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1));
ALTER TABLE users ADD COLUMN image TEXT;
ALTER TABLE users ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX users_by_email ON users (email);

-- One way in which a person proves who they are: `credential` with a hashed password, or a provider and its id for them.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  provider_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  password TEXT,
  scope TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (provider_id, account_id)
) STRICT;

CREATE INDEX accounts_by_user ON accounts (user_id);

-- The link holds a secret; it is deleted when somebody takes it.
CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  email TEXT,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
  invited_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX invitations_by_workspace ON invitations (workspace_id);
