-- 4.1 执行概览: whose rows are these?
--
-- The rows of the agent in the window by account and kind. `own` are the target's; `named` belong to a target of the
-- targets file. A decision has no dry_run: it belongs to whoever has its account.
SELECT r.what, COALESCE(LEFT(r.account_id, 80), 'none') AS account, COALESCE(r.dry_run::text, 'unknown') AS dry_run, COUNT(*) AS cnt,
       r.dry_run IS NOT DISTINCT FROM ${dryRun}::boolean
         AND (${accountId}::text IS NULL OR r.account_id IS NOT DISTINCT FROM ${accountId}::text) AS own,
       CASE r.what WHEN 'orders' THEN CONCAT(r.account_id, ' ', r.dry_run::text) = ANY(${namedRows}::text[])
                   ELSE COALESCE(r.account_id, '') = ANY(${namedAccounts}::text[]) END AS named
FROM (
  SELECT 'orders' AS what, e.account_id, e.dry_run FROM agent_order_executions e
  WHERE e.agent_id = ${agentId} AND e.executed_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz
  UNION ALL
  SELECT 'decisions', d.account_id, NULL FROM risk_gate_decisions d
  WHERE d.agent_id = ${agentId} AND d.decided_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz) r
GROUP BY r.what, r.account_id, r.dry_run
ORDER BY cnt DESC, account, dry_run
