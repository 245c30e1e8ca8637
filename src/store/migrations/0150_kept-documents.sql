-- Up Migration
CREATE TABLE lobml.kept_documents (
  -- Of the content, by the rule of its kind: what decided names it by this hash.
  sha256  text NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('runbook', 'model_meta')),
  -- Names and texts. json, not jsonb: the hash is over the texts as they were.
  files   json NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, sha256)
);

COMMENT ON TABLE lobml.kept_documents IS 'Runbooks, and what describes a model, as they were when they decided; each once.';
