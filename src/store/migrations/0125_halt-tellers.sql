-- Up Migration
-- Which bot shows a halt of a terminal while that goes on, and when it last gave a sign of life.
ALTER TABLE lobml.halts ADD COLUMN teller text;
ALTER TABLE lobml.halts ADD COLUMN teller_alive_at timestamptz;
