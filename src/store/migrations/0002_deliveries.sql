-- Up Migration
CREATE TABLE lobml.deliveries (
  key         text PRIMARY KEY,
  received_at timestamptz NOT NULL
);

COMMENT ON TABLE lobml.deliveries IS 'What Slack delivered already: it sends the same command, click or event again.';

CREATE INDEX deliveries_by_age ON lobml.deliveries (received_at);
