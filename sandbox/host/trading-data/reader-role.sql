-- The role that the bot uses on the trading database. Run it once in that database, as a superuser, after the
-- tables exist; then give the role its password (in psql: \password lobml_reader).
-- Rights are the barrier: a session can lift its own settings, but never its own rights.

CREATE ROLE lobml_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION CONNECTION LIMIT 3;

-- What PUBLIC may do, every role may do: take temporary tables away there.
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lobml_reader', current_database());
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lobml_reader;
GRANT SELECT ON sync_records, pm_token_settlements, agent_order_executions, risk_gate_decisions TO lobml_reader;

ALTER ROLE lobml_reader SET default_transaction_read_only = on;
ALTER ROLE lobml_reader SET statement_timeout = '5s';
ALTER ROLE lobml_reader SET lock_timeout = '500ms';
ALTER ROLE lobml_reader SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE lobml_reader SET max_parallel_workers_per_gather = 0;
ALTER ROLE lobml_reader SET jit = off;
ALTER ROLE lobml_reader SET temp_file_limit = '256MB';
