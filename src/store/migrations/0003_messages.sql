-- Up Migration
CREATE TABLE lobml.messages (
  key           text PRIMARY KEY,
  -- What the message is about: of two on one subject in one channel the newer supersedes the older.
  subject       text NOT NULL,
  channel       text NOT NULL,
  -- Slack's own id within the channel; NULL until the post is known to have arrived.
  ts            text,
  run_id        uuid,
  reserved_at   timestamptz NOT NULL,
  superseded_at timestamptz
);

COMMENT ON TABLE lobml.messages IS 'Messages that are posted once and changed later, by whichever replica.';

CREATE INDEX messages_standing ON lobml.messages (channel, subject, reserved_at) WHERE superseded_at IS NULL;
CREATE INDEX messages_of_run ON lobml.messages (run_id) WHERE run_id IS NOT NULL;
