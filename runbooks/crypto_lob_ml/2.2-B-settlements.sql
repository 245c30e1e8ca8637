-- B) 结算标签覆盖（5m/15m）
--
-- Over the look-back of a training; the checklist's own form reads the whole table (Details offers it). A label whose
-- price is none from 0 to 1 (nor is NaN), or which was settled in the future, is no label.
SELECT horizon, COUNT(*) FILTER (WHERE is_label) AS resolved_markets, COUNT(*) FILTER (WHERE NOT is_label) AS no_label,
       COUNT(*) FILTER (WHERE is_future) AS rows_future, (ARRAY_AGG(LEFT(market_slug, 80) ORDER BY is_label, market_slug))[1:3] AS markets
FROM (
  SELECT market_slug,
         CASE WHEN market_slug ILIKE '%15m%' THEN '15m'
              WHEN market_slug ILIKE '%5m%' THEN '5m'
              ELSE 'other' END AS horizon,
         BOOL_AND(settled_price BETWEEN 0 AND 1 AND NOT is_future) AS is_label, BOOL_OR(is_future) AS is_future
  FROM (
    SELECT market_slug, settled_price,
           resolved_at > ${now} + make_interval(secs => ${clockToleranceSecs}::float8) AS is_future
    FROM pm_token_settlements
    WHERE resolved = TRUE AND settled_price IS NOT NULL AND market_slug IS NOT NULL
      AND resolved_at >= ${asOf}::timestamptz - make_interval(hours => ${trainingLookbackHours}::int)
      AND resolved_at <= COALESCE(${rowsUntil}::timestamptz, 'infinity')) label
  GROUP BY market_slug) by_market
GROUP BY horizon
ORDER BY horizon
