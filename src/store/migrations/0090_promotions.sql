-- Up Migration
-- What the model of a request had shown on the target that it is promoted from; NULL: nothing was asked for.
ALTER TABLE lobml.release_requests ADD COLUMN promotion json;
