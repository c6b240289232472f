-- Calls of models: what each asked and answered, used, cost and how long it took.

CREATE TABLE executions (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  -- What made the call: a person in the playground, a run's program, or a token through the API; and its id.
  source TEXT NOT NULL CHECK (source IN ('generate', 'run', 'api')),
  source_id TEXT NOT NULL,
  -- Who answered, or was asked last.
  provider TEXT NOT NULL CHECK (provider IN ('anthropic', 'openai', 'openai-compatible', 'mock')),
  model TEXT NOT NULL,
  -- live: not ended yet; its server either works on it or is gone. unknown: it never said how it ended.
  outcome TEXT NOT NULL CHECK (outcome IN ('live', 'whole', 'partial', 'failed', 'unknown')),
  reason TEXT,
  message TEXT,
  status INTEGER,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  latency_ms INTEGER CHECK (latency_ms >= 0),
  first_token_ms INTEGER CHECK (first_token_ms >= 0),
  -- How long it waited for the workspace's own limit, a part of the latency.
  waited_ms INTEGER NOT NULL CHECK (waited_ms >= 0),
  input_tokens INTEGER CHECK (input_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  thinking_tokens INTEGER CHECK (thinking_tokens >= 0),
  cache_read_tokens INTEGER CHECK (cache_read_tokens >= 0),
  cache_write_tokens INTEGER CHECK (cache_write_tokens >= 0),
  -- Counted by us and not by the provider.
  is_estimated INTEGER NOT NULL CHECK (is_estimated IN (0, 1)),
  -- Null where no price is known; never 0 for that.
  cost_micros INTEGER CHECK (cost_micros >= 0),
  price TEXT CHECK (price IS NULL OR json_valid(price)),
  retries TEXT NOT NULL CHECK (json_valid(retries)),
  fallbacks TEXT NOT NULL CHECK (json_valid(fallbacks)),
  CHECK ((outcome = 'live') = (ended_at IS NULL)),
  CHECK (outcome IN ('live', 'unknown') OR latency_ms IS NOT NULL),
  CHECK ((outcome IN ('partial', 'failed')) = (reason IS NOT NULL)),
  CHECK ((input_tokens IS NULL) = (output_tokens IS NULL)),
  CHECK (cost_micros IS NULL OR price IS NOT NULL)
) STRICT;

CREATE INDEX executions_by_workspace ON executions (workspace_id, id);
CREATE INDEX executions_by_source ON executions (workspace_id, source_id, id);
CREATE INDEX executions_live ON executions (workspace_id, started_at) WHERE outcome = 'live';

-- What was asked and answered, for as long as the workspace keeps it.
CREATE TABLE execution_texts (
  execution_id TEXT PRIMARY KEY REFERENCES executions (id) ON DELETE CASCADE,
  prompt TEXT NOT NULL,
  answer TEXT NOT NULL,
  -- Characters of each before it was cut to what is kept.
  prompt_chars INTEGER NOT NULL,
  answer_chars INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How a workspace keeps its calls. Without a row the defaults hold.
CREATE TABLE call_settings (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  -- 0 keeps no text at all.
  text_retention_days INTEGER NOT NULL CHECK (text_retention_days BETWEEN 0 AND 400)
) STRICT, WITHOUT ROWID;

-- Keys that are asked next where the one in use cannot answer, in this order; null for those that are not.
ALTER TABLE provider_keys ADD COLUMN fallback_position INTEGER CHECK (fallback_position >= 1);
