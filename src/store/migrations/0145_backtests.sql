-- Up Migration
CREATE TABLE lobml.backtests (
  backtest_id  uuid PRIMARY KEY,
  strategy     text NOT NULL,
  target       text NOT NULL,
  wish         jsonb NOT NULL,
  state        text NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'failed', 'interrupted')),
  requested_by jsonb NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  done         integer NOT NULL DEFAULT 0,
  moments      integer NOT NULL DEFAULT 0,
  figures      json,
  fault        jsonb,
  cancelled_by jsonb,
  -- Its process says that it lives; silent for so long, the back-test was interrupted.
  alive_until  timestamptz NOT NULL,
  ended_at     timestamptz
);

-- One at a time: each asks the trading database without a rest.
CREATE UNIQUE INDEX backtests_live ON lobml.backtests (strategy) WHERE ended_at IS NULL;

COMMENT ON TABLE lobml.backtests IS 'Back-tests asked for in Slack: what their messages show.';
