-- The tables of the trading system that this strategy's runbook reads, with production's types and indexes.

CREATE TABLE IF NOT EXISTS pm_token_settlements (
  token_id text PRIMARY KEY,
  condition_id text,
  market_id text,
  market_slug text,
  outcome text,
  settled_price numeric(10,6),
  resolved boolean NOT NULL DEFAULT false,
  resolved_at timestamptz,
  fetched_at timestamptz DEFAULT now(),
  raw_market jsonb
);
CREATE INDEX IF NOT EXISTS idx_pm_token_settlements_condition ON pm_token_settlements (condition_id);
CREATE INDEX IF NOT EXISTS idx_pm_token_settlements_slug ON pm_token_settlements (market_slug);
CREATE INDEX IF NOT EXISTS idx_pm_token_settlements_resolved_at
  ON pm_token_settlements (resolved_at DESC) WHERE resolved_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_pm_token_settlements_fetched_at ON pm_token_settlements (fetched_at DESC);

CREATE TABLE IF NOT EXISTS agent_order_executions (
  id bigserial PRIMARY KEY,
  account_id text,
  agent_id text NOT NULL,
  intent_id uuid NOT NULL UNIQUE,
  domain text,
  market_slug text,
  token_id text,
  market_side text CHECK (market_side IN ('UP', 'DOWN')),
  is_buy boolean,
  shares bigint,
  limit_price numeric(10,6),
  order_id text,
  status text,
  filled_shares bigint,
  avg_fill_price numeric(10,6),
  elapsed_ms bigint,
  dry_run boolean,
  error text,
  intent_created_at timestamptz,
  metadata jsonb,
  executed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_agent_order_executions_executed_at ON agent_order_executions (executed_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_order_executions_agent
  ON agent_order_executions (agent_id, executed_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_order_executions_token
  ON agent_order_executions (token_id, executed_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_order_executions_account
  ON agent_order_executions (account_id, executed_at DESC);
