-- The role that trainings use on the trading database, as docs/trading-database-role.md says: it reads what a trainer reads,
-- and no bound ends a statement of minutes. Run it after reader-role.sql, which takes from PUBLIC what nobody needs.

CREATE ROLE lobml_trainer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION CONNECTION LIMIT 4;

DO $$
BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lobml_trainer', current_database());
END
$$;
GRANT USAGE ON SCHEMA public TO lobml_trainer;
GRANT SELECT ON sync_records, pm_token_settlements TO lobml_trainer;

ALTER ROLE lobml_trainer SET default_transaction_read_only = on;
ALTER ROLE lobml_trainer SET statement_timeout = 0;
ALTER ROLE lobml_trainer SET lock_timeout = '5s';
ALTER ROLE lobml_trainer SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE lobml_trainer SET max_parallel_workers_per_gather = 0;
ALTER ROLE lobml_trainer SET jit = off;
ALTER ROLE lobml_trainer SET temp_file_limit = '20GB';
