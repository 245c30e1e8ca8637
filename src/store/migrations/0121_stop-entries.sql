-- Up Migration
-- A halt that ends a strategy's entries alone.
ALTER TABLE lobml.halts DROP CONSTRAINT halts_kind_check;
ALTER TABLE lobml.halts ADD CONSTRAINT halts_kind_check
  CHECK (kind IN ('disable', 'stop', 'previous_model', 'stop_entries'));
