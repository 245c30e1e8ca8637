-- Up Migration
CREATE TABLE lobml.home_visitors (
  user_id   text PRIMARY KEY,
  opened_at timestamptz NOT NULL
);

COMMENT ON TABLE lobml.home_visitors IS 'Who has opened the Home, so that it is shown anew when something changes.';

CREATE INDEX home_visitors_by_recency ON lobml.home_visitors (opened_at DESC);
