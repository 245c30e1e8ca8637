-- Up Migration
-- The head of the audit trail as it was posted, once a day: what stands in Slack nobody can change who may write here.
CREATE TABLE lobml.audit_posts (
  day         date PRIMARY KEY,
  channel     text NOT NULL,
  reserved_at timestamptz NOT NULL DEFAULT now(),
  -- Slack's id within the channel; null until the post is known to have arrived.
  ts          text
);
