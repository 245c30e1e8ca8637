-- 4.4 风控层仍由 Coordinator 执行
--
-- Each order of the window beside the decision of its own intent: one was made, no later than the order, and it did not
-- say BLOCKED. A decision whose row is late gets a minute; one from long before the order, or from no time, is not its own. One look into the unique index on intent_id an order.
SELECT o.state, COUNT(*) AS cnt, (ARRAY_AGG(o.order_id ORDER BY o.executed_at))[1:10] AS order_ids
FROM (
  SELECT e.executed_at, LEFT(COALESCE(e.order_id, e.intent_id::text), 80) AS order_id,
         CASE WHEN d.decided_at IS NULL AND e.executed_at > ${asOf}::timestamptz - INTERVAL '1 minute' THEN 'waiting'
              WHEN d.decided_at IS NULL THEN 'missing'
              WHEN d.decision = 'BLOCKED' THEN 'blocked'
              WHEN d.decided_at > e.executed_at THEN 'late'
              WHEN d.decided_at < e.executed_at - make_interval(secs => ${decisionMaxAgeSecs}::float8) THEN 'old'
              WHEN d.decision IN ('PASSED', 'ADJUSTED') THEN 'decided'
              ELSE 'unknown' END AS state
  FROM agent_order_executions e
  LEFT JOIN LATERAL (
    SELECT r.decision, r.decided_at FROM risk_gate_decisions r
    WHERE r.intent_id = e.intent_id AND r.agent_id = e.agent_id AND (r.account_id = e.account_id) IS NOT FALSE
      AND r.decided_at <= COALESCE(${rowsUntil}::timestamptz, 'infinity') LIMIT 1) d ON TRUE
  WHERE e.agent_id = ${agentId} AND (${accountId}::text IS NULL OR e.account_id = ${accountId}::text)
    AND e.dry_run = ${dryRun}::boolean
    AND e.executed_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz) o
GROUP BY o.state
ORDER BY o.state
