-- The agent that a token is for: what models are asked in its name counts in that agent's budgets, too.
ALTER TABLE api_tokens ADD COLUMN agent TEXT CHECK (length(agent) BETWEEN 1 AND 100);
