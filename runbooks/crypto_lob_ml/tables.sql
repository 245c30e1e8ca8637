-- The four tables of the trading system that the checklist reads, with production's types and indexes.

CREATE TABLE IF NOT EXISTS sync_records (
  id bigserial PRIMARY KEY,
  timestamp timestamptz NOT NULL,
  symbol varchar(20) NOT NULL,
  bn_mid_price numeric(20,8) NOT NULL,
  bn_best_bid numeric(20,8) NOT NULL,
  bn_best_ask numeric(20,8) NOT NULL,
  bn_spread_bps numeric(10,4) NOT NULL,
  bn_obi_5 numeric(10,6) NOT NULL,
  bn_obi_10 numeric(10,6) NOT NULL,
  bn_bid_volume numeric(20,8) NOT NULL,
  bn_ask_volume numeric(20,8) NOT NULL,
  pm_yes_price numeric(10,4),
  pm_no_price numeric(10,4),
  pm_market_slug varchar(100),
  bn_price_change_1s numeric(10,6),
  bn_price_change_5s numeric(10,6),
  bn_momentum numeric(10,6),
  created_at timestamptz DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_sync_records_timestamp ON sync_records (timestamp);
CREATE INDEX IF NOT EXISTS idx_sync_records_symbol ON sync_records (symbol);
CREATE INDEX IF NOT EXISTS idx_sync_records_symbol_timestamp ON sync_records (symbol, timestamp);

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

CREATE TABLE IF NOT EXISTS risk_gate_decisions (
  id bigserial PRIMARY KEY,
  account_id text,
  decided_at timestamptz NOT NULL DEFAULT now(),
  intent_id uuid NOT NULL UNIQUE,
  agent_id text NOT NULL,
  domain text,
  decision text CHECK (decision IN ('PASSED', 'BLOCKED', 'ADJUSTED')),
  block_reason text,
  suggestion_max_shares bigint,
  suggestion_reason text,
  notional_value numeric(20,10),
  config_hash text,
  metadata jsonb
);
CREATE INDEX IF NOT EXISTS idx_risk_gate_decisions_decided_at ON risk_gate_decisions (decided_at DESC);
CREATE INDEX IF NOT EXISTS idx_risk_gate_decisions_agent ON risk_gate_decisions (agent_id, decided_at DESC);
CREATE INDEX IF NOT EXISTS idx_risk_gate_decisions_account ON risk_gate_decisions (account_id, decided_at DESC);
