-- What models cost that are asked by this key, as somebody has set it by hand: a list of {model, input, output, cachedInput},
-- in micro-dollars for a million tokens. No library knows the prices of a server of one's own.
ALTER TABLE provider_keys ADD COLUMN prices TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(prices));
