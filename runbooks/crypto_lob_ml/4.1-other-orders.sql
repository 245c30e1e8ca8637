-- 4.1 执行概览: whose rows are these?
--
-- The rows of the window by agent, account and kind. `own` are the target's; `named` belong to a target of the targets
-- file. A decision has no dry_run: it belongs to whoever has its account. An agent whose name differs from this one's in
-- capitals, blanks or signs alone is nobody's. So is an order that was written in the window, as the table's own order
-- (its id) tells, and dated over a minute before it: the window of every other check leaves it out. Where the window has
-- no order, that is one written after the newest before the window and dated over a minute before that one.
WITH present AS MATERIALIZED (
  SELECT e.id, e.agent_id, e.account_id, e.dry_run
  FROM agent_order_executions e
  WHERE e.executed_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz
    AND (e.agent_id = ${agentId} OR TRANSLATE(LOWER(e.agent_id), E' \t\r\n\u00A0_-.', '')
                                  = TRANSLATE(LOWER(${agentId}), E' \t\r\n\u00A0_-.', ''))
), before AS MATERIALIZED (
  SELECT b.id, b.executed_at FROM agent_order_executions b
  WHERE b.executed_at < ${windowFrom}::timestamptz ORDER BY b.executed_at DESC, b.id LIMIT 1
), later AS MATERIALIZED (
  -- Of a moment that is past: the first order that came after it.
  SELECT a.id FROM agent_order_executions a
  WHERE a.executed_at > COALESCE(${rowsUntil}::timestamptz, 'infinity') ORDER BY a.executed_at, a.id LIMIT 1
), newest AS MATERIALIZED (
  SELECT e.agent_id, e.account_id, e.dry_run, e.executed_at,
         CASE WHEN e.id > (SELECT MIN(p.id) FROM present p) THEN ${windowFrom}::timestamptz
              ELSE (SELECT b.executed_at FROM before b) END - INTERVAL '1 minute' AS not_before
  FROM agent_order_executions e
  WHERE e.id > LEAST((SELECT MIN(p.id) FROM present p), (SELECT b.id FROM before b))
    AND e.id < COALESCE((SELECT l.id FROM later l), 9223372036854775807) AND e.executed_at <= COALESCE(${rowsUntil}::timestamptz, 'infinity')
  ORDER BY e.id DESC LIMIT 50000
)
SELECT g.what, LEFT(g.agent_id, 80) AS agent, COALESCE(LEFT(g.account_id, 80), 'none') AS account,
       COALESCE(g.dry_run::text, 'unknown') AS dry_run, g.cnt, g.agent_id = ${agentId} AS same_agent, g.own,
       g.agent_id = ${agentId} AND g.named AND NOT (g.own AND g.what = 'backdated orders') AS named
FROM (
  SELECT r.what, r.agent_id, r.account_id, r.dry_run, COUNT(*) AS cnt,
         r.dry_run IS NOT DISTINCT FROM ${dryRun}::boolean
           AND (${accountId}::text IS NULL OR r.account_id IS NOT DISTINCT FROM ${accountId}::text) AS own,
         CONCAT(r.account_id, ' ', r.dry_run::text) = ANY(${namedRows}::text[])
           OR r.what = 'decisions' AND COALESCE(r.account_id, '') = ANY(${namedAccounts}::text[]) AS named
  FROM (
    SELECT 'orders' AS what, p.agent_id, p.account_id, p.dry_run FROM present p
    UNION ALL
    SELECT 'backdated orders', n.agent_id, n.account_id, n.dry_run FROM newest n
    WHERE n.agent_id = ${agentId} AND n.executed_at < n.not_before
    UNION ALL
    SELECT 'decisions', d.agent_id, d.account_id, NULL FROM risk_gate_decisions d
    WHERE d.decided_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz
      AND (d.agent_id = ${agentId} OR TRANSLATE(LOWER(d.agent_id), E' \t\r\n\u00A0_-.', '')
                                    = TRANSLATE(LOWER(${agentId}), E' \t\r\n\u00A0_-.', ''))) r
  GROUP BY r.what, r.agent_id, r.account_id, r.dry_run) g
ORDER BY g.cnt DESC, agent, account, dry_run
