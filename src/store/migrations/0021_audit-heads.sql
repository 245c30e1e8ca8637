-- Up Migration
CREATE TABLE lobml.audit_heads (
  strategy text PRIMARY KEY,
  position bigint NOT NULL CHECK (position >= 0),
  sha256   text NOT NULL
);

COMMENT ON TABLE lobml.audit_heads IS 'Where each chain of audit events ends: its row is locked by whoever adds to it.';
