-- Up Migration
ALTER TABLE lobml.check_runs
  -- The criteria as they were judged, and the figures of the charts: a stored report reads as the posted one.
  ADD COLUMN criteria json,
  ADD COLUMN charts   json;
