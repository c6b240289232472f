-- What seals a workspace's secrets, and the keys with which it asks providers of models.

-- One data key for each workspace, wrapped with a key of the operator's. It goes with the workspace, and with it goes the
-- only way to read the workspace's secrets.
CREATE TABLE workspace_data_keys (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  wrapped TEXT NOT NULL,
  -- Fingerprint of the operator's key.
  wrapped_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE provider_keys (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  provider TEXT NOT NULL CHECK (provider IN ('anthropic', 'openai', 'openai-compatible')),
  base_url TEXT NOT NULL,
  -- The model to ask for; null for the provider's usual one.
  model TEXT,
  -- Counts the keys that stood here: a sealed key opens as its own version alone.
  version INTEGER NOT NULL CHECK (version >= 1),
  -- Null where the address was changed since the key was given, or where the server asks for none.
  sealed TEXT,
  hint TEXT NOT NULL,
  -- The version before: still taken, until it expires, where the provider rejects the new one.
  sealed_previous TEXT,
  previous_hint TEXT,
  previous_expires_at INTEGER,
  -- What the last test came to.
  tested_at INTEGER,
  verdict TEXT CHECK (
    verdict IN ('works', 'rejected-key', 'no-permission', 'no-credit', 'rate-limited', 'unreachable', 'unclear')
  ),
  -- Of a workspace's keys the one that was chosen last is used.
  chosen_at INTEGER NOT NULL,
  last_used_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CHECK ((tested_at IS NULL) = (verdict IS NULL)),
  CHECK ((sealed_previous IS NULL) = (previous_expires_at IS NULL)),
  CHECK ((sealed_previous IS NULL) = (previous_hint IS NULL)),
  CHECK (sealed IS NOT NULL OR sealed_previous IS NULL)
) STRICT;

CREATE UNIQUE INDEX provider_keys_by_name ON provider_keys (workspace_id, name);
CREATE INDEX provider_keys_by_choice ON provider_keys (workspace_id, chosen_at);
