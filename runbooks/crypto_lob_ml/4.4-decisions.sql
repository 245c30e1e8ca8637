-- 4.4 风控层仍由 Coordinator 执行
--
-- The decisions of the window beside those of the baseline.
WITH d AS MATERIALIZED (
  SELECT decision, block_reason, decided_at >= ${windowFrom}::timestamptz AS is_present
  FROM risk_gate_decisions
  WHERE agent_id = ${agentId} AND (${accountId}::text IS NULL OR account_id = ${accountId}::text)
    AND (decided_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz
         OR decided_at >= ${baselineFrom}::timestamptz AND decided_at < ${baselineTo}::timestamptz)
), counted AS (
  SELECT COUNT(*) FILTER (WHERE is_present) AS decisions,
         COUNT(*) FILTER (WHERE is_present AND decision = 'PASSED') AS passed,
         COUNT(*) FILTER (WHERE is_present AND decision = 'ADJUSTED') AS adjusted,
         COUNT(*) FILTER (WHERE is_present AND decision = 'BLOCKED') AS blocked,
         COUNT(*) FILTER (WHERE NOT is_present) AS baseline_decisions,
         COUNT(*) FILTER (WHERE NOT is_present AND decision = 'BLOCKED') AS baseline_blocked
  FROM d
)
SELECT c.*, f.rows_future, f.future_ids, c.decisions - c.passed - c.adjusted - c.blocked AS unknown,
       (SELECT STRING_AGG(DISTINCT COALESCE(LEFT(decision, 40), 'none'), ', ') FROM d
        WHERE is_present AND (decision IN ('PASSED', 'ADJUSTED', 'BLOCKED')) IS NOT TRUE) AS unknown_decisions,
       c.blocked::float8 / NULLIF(c.decisions, 0) AS blocked_share,
       c.baseline_blocked::float8 / NULLIF(c.baseline_decisions, 0) AS baseline_blocked_share,
       (SELECT STRING_AGG(reason || ' ' || cnt, ', ' ORDER BY cnt DESC, reason) FROM (
          SELECT COALESCE(LEFT(block_reason, 120), 'no reason') AS reason, COUNT(*) AS cnt
          FROM d WHERE is_present AND decision = 'BLOCKED' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) g) AS block_reasons,
       -- A decision comes before its order: only orders well inside the window must have theirs inside too.
       EXISTS (SELECT 1 FROM agent_order_executions e
               WHERE e.agent_id = ${agentId} AND (${accountId}::text IS NULL OR e.account_id = ${accountId}::text)
                 AND e.dry_run = ${dryRun}::boolean AND e.executed_at >= ${windowFrom}::timestamptz + INTERVAL '1 minute'
                 AND e.executed_at <= ${windowTo}::timestamptz) AS has_orders
FROM counted c
CROSS JOIN (
  SELECT COUNT(*) AS rows_future, (ARRAY_AGG(intent_id::text))[1:3] AS future_ids
  FROM risk_gate_decisions
  WHERE agent_id = ${agentId} AND (${accountId}::text IS NULL OR account_id = ${accountId}::text)
    AND decided_at > ${now} + make_interval(secs => ${clockToleranceSecs}::float8)
    AND decided_at <= COALESCE(${rowsUntil}::timestamptz, 'infinity')) f
