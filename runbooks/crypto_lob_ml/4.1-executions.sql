-- 4.1 执行概览, 4.2 模型是否真正生效, 4.3 model-first 混合权重检查, and of section 5 `entry` 信号元数据缺失关键字段
--
-- From one statement, so that their figures agree with each other; each column holds the rows of one check. The window
-- stands beside its baseline. Metadata that is no object counts as one without keys.
WITH orders AS MATERIALIZED (
  -- A text is cut to what a report can show: one that has megabytes must not cost the answer.
  SELECT o.executed_at, o.order_id, o.is_present, o.is_buy, o.status,
         LEFT(o.metadata->>'signal_type', 400) AS signal_type, o.metadata->>'signal_type' = ${entrySignal} AS is_entry,
         LEFT(o.metadata->>'model_type', 400) AS model_type, LEFT(o.metadata->>'model_version', 400) AS model_version,
         LEFT(o.metadata->>'p_up_model', 400) AS p_up_model, LEFT(o.metadata->>'p_up_blended', 400) AS p_up_blended,
         LEFT(o.metadata->>'p_up_blend_w_model', 400) AS p_up_blend_w_model,
         LEFT(o.metadata->>'p_up_blend_w_window', 400) AS p_up_blend_w_window
  FROM (
    -- `#> '{}'` and OFFSET 0: the metadata is decompressed once an order, and not once a key.
    SELECT e.executed_at, LEFT(COALESCE(e.order_id, e.intent_id::text), 80) AS order_id, e.is_buy, e.metadata #> '{}' AS metadata,
           e.executed_at >= ${windowFrom}::timestamptz AS is_present, LOWER(REPLACE(e.status, '_', '')) AS status
    FROM agent_order_executions e
    WHERE e.agent_id = ${agentId} AND (${accountId}::text IS NULL OR e.account_id = ${accountId}::text)
      AND e.dry_run = ${dryRun}::boolean
      AND (e.executed_at BETWEEN ${windowFrom}::timestamptz AND ${windowTo}::timestamptz
           OR e.executed_at >= ${baselineFrom}::timestamptz AND e.executed_at < ${baselineTo}::timestamptz)
    OFFSET 0) o
), entry AS MATERIALIZED (
  SELECT order_id, COALESCE(model_type, 'missing') AS model_type, COALESCE(BTRIM(model_version), 'missing') AS model_version,
         p_up_blend_w_model AS w_model, p_up_blend_w_window AS w_window
  FROM orders WHERE is_present AND is_entry
), earlier AS MATERIALIZED (
  -- What decided in the baseline, most frequent first, as people read it: `onnx 120, missing 3`.
  SELECT (SELECT STRING_AGG(what || ' ' || cnt, ', ' ORDER BY cnt DESC, what) FROM (
            SELECT LEFT(COALESCE(model_type, 'missing'), 40) AS what, COUNT(*) AS cnt
            FROM orders WHERE is_entry AND NOT is_present GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) g) AS model_types,
         (SELECT STRING_AGG(what || ' ' || cnt, ', ' ORDER BY cnt DESC, what) FROM (
            SELECT LEFT(COALESCE(BTRIM(model_version), 'missing'), 40) AS what, COUNT(*) AS cnt
            FROM orders WHERE is_entry AND NOT is_present GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) g) AS model_versions,
         (SELECT STRING_AGG(what || ' × ' || cnt, ', ' ORDER BY cnt DESC, what) FROM (
            SELECT CONCAT(LEFT(COALESCE(p_up_blend_w_model, '—'), 20), ' / ',
                          LEFT(COALESCE(p_up_blend_w_window, '—'), 20)) AS what, COUNT(*) AS cnt
            FROM orders WHERE is_entry AND NOT is_present GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) g) AS weights
), activity AS (
  SELECT COUNT(*) FILTER (WHERE is_present AND is_entry) AS entry_cnt,
         COUNT(*) FILTER (WHERE is_present AND signal_type = ${exitSignal}) AS exit_cnt,
         -- An order that failed or was rejected is no activity, and one of an unknown status proves none.
         COUNT(*) FILTER (WHERE is_present AND is_entry AND status = ANY(${activeStatuses}::text[])) AS entry_active,
         COUNT(*) FILTER (WHERE is_present) AS orders,
         COUNT(*) FILTER (WHERE is_present AND status = ANY(${failedStatuses}::text[])) AS failed,
         COUNT(*) FILTER (WHERE is_present AND (status = ANY(${activeStatuses}::text[] || ${failedStatuses}::text[])) IS NOT TRUE) AS status_unknown,
         MIN(executed_at) FILTER (WHERE is_present) AS first_exec_at,
         MAX(executed_at) FILTER (WHERE is_present) AS last_exec_at,
         COUNT(*) FILTER (WHERE NOT is_present AND is_entry) AS baseline_entry_cnt,
         COUNT(*) FILTER (WHERE NOT is_present AND signal_type = ${exitSignal}) AS baseline_exit_cnt,
         EXTRACT(EPOCH FROM ${windowTo}::timestamptz - ${windowFrom}::timestamptz)::float8 AS window_secs,
         EXTRACT(EPOCH FROM ${baselineTo}::timestamptz - ${baselineFrom}::timestamptz)::float8 AS baseline_secs
  FROM orders
), future AS (
  SELECT COUNT(*) AS rows_future, (ARRAY_AGG(LEFT(COALESCE(e.order_id, e.intent_id::text), 80)))[1:3] AS future_ids
  FROM agent_order_executions e
  WHERE e.agent_id = ${agentId} AND (${accountId}::text IS NULL OR e.account_id = ${accountId}::text)
    AND e.dry_run = ${dryRun}::boolean
    AND e.executed_at > ${now} + make_interval(secs => ${clockToleranceSecs}::float8)
    AND e.executed_at <= COALESCE(${rowsUntil}::timestamptz, 'infinity')
), kinds AS (
  SELECT CASE WHEN COALESCE(BTRIM(signal_type), '') = '' THEN 'missing' ELSE signal_type END AS signal_type,
         COUNT(*) AS cnt, COUNT(*) FILTER (WHERE is_buy) AS opening,
         (ARRAY_AGG(order_id))[1:3] AS order_ids
  FROM orders WHERE is_present GROUP BY 1
), weights AS (
  -- Only what is a plain number in ASCII is made one: no text can fail the statement.
  SELECT w_model, w_window, COUNT(*) AS cnt, (ARRAY_AGG(order_id))[1:3] AS order_ids,
         LENGTH(w_model) <= 40 AND w_model ~ p.number AS is_model, LENGTH(w_window) <= 40 AND w_window ~ p.number AS is_window
  FROM entry, (VALUES ('^[ \t]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?[ \t]*$')) AS p(number)
  GROUP BY 1, 2, p.number
), incomplete AS (
  SELECT CONCAT_WS(', ',
           CASE WHEN COALESCE(BTRIM(signal_type), '') = '' THEN 'signal_type' END,
           CASE WHEN COALESCE(BTRIM(model_type), '') = '' THEN 'model_type' END,
           CASE WHEN COALESCE(BTRIM(model_version), '') = '' THEN 'model_version' END,
           -- `NaN`, `null` and blanks of any kind are no number.
           CASE WHEN (p_up_model ~ '^[ \t]*[+-]?[0-9.]') IS NOT TRUE THEN 'p_up_model' END,
           CASE WHEN (p_up_blended ~ '^[ \t]*[+-]?[0-9.]') IS NOT TRUE THEN 'p_up_blended' END,
           CASE WHEN COALESCE(BTRIM(p_up_blend_w_model), '') = '' THEN 'p_up_blend_w_model' END) AS missing,
         COUNT(*) AS cnt, (ARRAY_AGG(order_id))[1:3] AS order_ids
  -- What names no kind may be an entry.
  FROM orders WHERE is_present AND (is_entry OR COALESCE(BTRIM(signal_type), '') = '') GROUP BY 1
)
SELECT
  (SELECT jsonb_agg(to_jsonb(a) || to_jsonb(f) || jsonb_build_object(
     'failed_share', a.failed::float8 / NULLIF(a.orders, 0),
     'entries_per_minute', a.entry_cnt * 60 / NULLIF(a.window_secs, 0),
     'baseline_entries_per_minute', a.baseline_entry_cnt * 60 / NULLIF(a.baseline_secs, 0),
     -- Poisson: how likely no entry at all is at the baseline's rate. exp() of less than -700 is an error.
     'silence_probability', CASE WHEN a.baseline_entry_cnt > 0 AND a.baseline_secs > 0
       THEN exp(GREATEST(-a.baseline_entry_cnt * a.window_secs / a.baseline_secs, -700::float8)) END))
   FROM activity a CROSS JOIN future f) AS activity,
  (SELECT jsonb_agg(k ORDER BY k.cnt DESC, k.signal_type) FROM kinds k) AS signal_types,
  (SELECT jsonb_agg(g ORDER BY g.cnt DESC, g.model_type) FROM (
     SELECT model_type, COUNT(*) AS cnt, (ARRAY_AGG(order_id))[1:3] AS order_ids,
            (SELECT model_types FROM earlier) AS baseline
     FROM entry GROUP BY 1) g) AS model_types,
  (SELECT jsonb_agg(g ORDER BY g.cnt DESC, g.model_version) FROM (
     SELECT model_version, COUNT(*) AS cnt, (ARRAY_AGG(order_id))[1:3] AS order_ids,
            (SELECT model_versions FROM earlier) AS baseline
     FROM entry GROUP BY 1) g) AS model_versions,
  (SELECT jsonb_agg(g ORDER BY g.cnt DESC, g.w_model_text, g.w_window_text) FROM (
     SELECT w_model AS w_model_text, w_window AS w_window_text, cnt, order_ids,
            CASE WHEN is_model THEN w_model::float8 END AS w_model,
            CASE WHEN is_window THEN w_window::float8 END AS w_window, (SELECT weights FROM earlier) AS baseline
     FROM weights) g) AS weights,
  (SELECT jsonb_agg(i ORDER BY i.missing = '', i.cnt DESC, i.missing) FROM incomplete i) AS metadata
