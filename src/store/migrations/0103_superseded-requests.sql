-- Up Migration
-- An operator's request may end one that waits.
ALTER TABLE lobml.release_requests DROP CONSTRAINT release_requests_state_check;
ALTER TABLE lobml.release_requests ADD CONSTRAINT release_requests_state_check
  CHECK (state IN ('open', 'approved', 'executing', 'executed', 'rejected', 'withdrawn', 'expired', 'invalidated',
    'superseded', 'halted'));
