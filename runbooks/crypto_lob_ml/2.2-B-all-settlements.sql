-- B) 结算标签覆盖（5m/15m）
--
-- The checklist's own query, without a bound in time.
WITH by_market AS (
  SELECT market_slug,
         CASE WHEN market_slug ILIKE '%15m%' THEN '15m'
              WHEN market_slug ILIKE '%5m%' THEN '5m'
              ELSE 'other' END AS horizon
  FROM pm_token_settlements
  WHERE resolved = TRUE AND settled_price IS NOT NULL AND market_slug IS NOT NULL
  GROUP BY market_slug)
SELECT horizon, COUNT(*) AS resolved_markets FROM by_market GROUP BY horizon ORDER BY horizon
