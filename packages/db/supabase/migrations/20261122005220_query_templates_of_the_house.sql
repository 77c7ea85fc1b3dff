-- Templates to begin with, for AMC's own tables: what a media analyst is asked most.
insert into longhaul.query_templates (organisation_id, visibility, name, category, description, sql, parameter_schema) values
(null, 'public', 'Reach and frequency by campaign', 'reach-and-frequency',
  'How many people each campaign of an advertiser reached, how often, and what a thousand impressions and a thousand people cost.',
$$-- AMC gives costs in millicents: 100,000 are one dollar.
SELECT
  campaign,
  SUM(impressions) AS impressions,
  COUNT(DISTINCT user_id) AS reach,
  SUM(impressions) * 1.0 / COUNT(DISTINCT user_id) AS frequency,
  SUM(total_cost) / 100000.0 AS cost,
  SUM(total_cost) / 100.0 / SUM(impressions) AS cost_per_1000_impressions
FROM dsp_impressions
WHERE advertiser = {{advertiser}}
  AND device_type IN ({{devices}})
GROUP BY campaign
HAVING COUNT(DISTINCT user_id) >= {{min_reach}}
ORDER BY reach DESC$$,
'[{"name": "advertiser", "type": "string", "label": "Advertiser", "description": "As AMC names it.", "required": true, "default": "Kettles"},
  {"name": "devices", "type": "string_list", "label": "Devices", "required": true, "default": ["Phone", "PC", "Tablet", "TV"]},
  {"name": "min_reach", "type": "integer", "label": "Fewest people", "description": "Campaigns that reached fewer are left out.", "required": true, "default": 100, "min": 1}]'),
(null, 'public', 'Frequency distribution', 'reach-and-frequency',
  'How many people saw the ads of an advertiser once, twice, and so on, and how often these people bought: where showing more stops to pay.',
$$WITH seen AS (
  SELECT user_id, SUM(impressions) AS impressions
  FROM dsp_impressions
  WHERE advertiser = {{advertiser}}
  GROUP BY user_id
),
bought AS (
  SELECT user_id, SUM(purchases) AS purchases
  FROM conversions
  WHERE advertiser = {{advertiser}}
  GROUP BY user_id
)
SELECT
  CASE WHEN seen.impressions >= {{most}} THEN {{most}} ELSE seen.impressions END AS frequency,
  COUNT(*) AS people,
  SUM(CASE WHEN bought.purchases > 0 THEN 1 ELSE 0 END) AS buyers,
  SUM(CASE WHEN bought.purchases > 0 THEN 1 ELSE 0 END) * 1.0 / COUNT(*) AS purchase_rate
FROM seen
LEFT JOIN bought ON bought.user_id = seen.user_id
GROUP BY 1
ORDER BY 1$$,
'[{"name": "advertiser", "type": "string", "label": "Advertiser", "required": true, "default": "Kettles"},
  {"name": "most", "type": "integer", "label": "Highest frequency", "description": "People who saw more are counted with these.", "required": true, "default": 15, "min": 2, "max": 100}]'),
(null, 'public', 'Path to conversion', 'path-to-conversion',
  'The order in which buyers met kinds of ads before they ordered, for an advertiser: which paths are common, and what they bring.',
$$WITH touches AS (
  SELECT user_id, creative_type, MIN(impression_dt_utc) AS first_seen
  FROM dsp_impressions
  WHERE advertiser = {{advertiser}}
  GROUP BY user_id, creative_type
),
orders AS (
  SELECT user_id, MIN(event_dt_utc) AS ordered_at, SUM(total_product_sales) AS sales
  FROM conversions
  WHERE advertiser = {{advertiser}} AND event_subtype = 'order'
  GROUP BY user_id
),
ranked AS (
  SELECT
    touches.user_id,
    touches.creative_type,
    ROW_NUMBER() OVER (PARTITION BY touches.user_id ORDER BY touches.first_seen) AS position
  FROM touches
  JOIN orders ON orders.user_id = touches.user_id
  WHERE touches.first_seen <= orders.ordered_at
),
paths AS (
  SELECT
    user_id,
    MAX(CASE WHEN position = 1 THEN creative_type END)
      || COALESCE(' > ' || MAX(CASE WHEN position = 2 THEN creative_type END), '')
      || COALESCE(' > ' || MAX(CASE WHEN position = 3 THEN creative_type END), '') AS path
  FROM ranked
  GROUP BY user_id
)
SELECT
  paths.path,
  COUNT(*) AS buyers,
  SUM(orders.sales) AS sales,
  SUM(orders.sales) / COUNT(*) AS sales_per_buyer
FROM paths
JOIN orders ON orders.user_id = paths.user_id
GROUP BY paths.path
HAVING COUNT(*) >= {{min_buyers}}
ORDER BY buyers DESC$$,
'[{"name": "advertiser", "type": "string", "label": "Advertiser", "required": true, "default": "Kettles"},
  {"name": "min_buyers", "type": "integer", "label": "Fewest buyers", "description": "Rarer paths are left out.", "required": true, "default": 10, "min": 1}]'),
(null, 'public', 'Overlap of two kinds of ads', 'overlap',
  'How many people saw only the one kind of ad, only the other, or both, and how many of each bought: what the two do together.',
$$WITH people AS (
  SELECT
    user_id,
    MAX(CASE WHEN creative_type = {{first_type}} THEN 1 ELSE 0 END) AS saw_first,
    MAX(CASE WHEN creative_type = {{second_type}} THEN 1 ELSE 0 END) AS saw_second
  FROM dsp_impressions
  WHERE impression_date_utc >= {{since}}
  GROUP BY user_id
),
bought AS (
  SELECT user_id, SUM(purchases) AS purchases, SUM(total_product_sales) AS sales
  FROM conversions
  GROUP BY user_id
)
SELECT
  CASE
    WHEN saw_first = 1 AND saw_second = 1 THEN 'both'
    WHEN saw_first = 1 THEN 'only ' || {{first_type}}
    ELSE 'only ' || {{second_type}}
  END AS exposure,
  COUNT(*) AS people,
  SUM(CASE WHEN bought.purchases > 0 THEN 1 ELSE 0 END) AS buyers,
  SUM(CASE WHEN bought.purchases > 0 THEN 1 ELSE 0 END) * 1.0 / COUNT(*) AS purchase_rate,
  SUM(bought.sales) AS sales
FROM people
LEFT JOIN bought ON bought.user_id = people.user_id
WHERE saw_first = 1 OR saw_second = 1
GROUP BY 1
ORDER BY people DESC$$,
'[{"name": "first_type", "type": "enum", "label": "First kind", "required": true, "default": "streaming_tv",
   "options": [{"value": "streaming_tv", "label": "Streaming TV"}, {"value": "video", "label": "Online video"}, {"value": "display", "label": "Display"}, {"value": "audio", "label": "Audio"}]},
  {"name": "second_type", "type": "enum", "label": "Second kind", "required": true, "default": "display",
   "options": [{"value": "streaming_tv", "label": "Streaming TV"}, {"value": "video", "label": "Online video"}, {"value": "display", "label": "Display"}, {"value": "audio", "label": "Audio"}]},
  {"name": "since", "type": "date", "label": "Seen since", "description": "Impressions before this day are left out.", "required": true, "default": "2024-01-01"}]'),
(null, 'public', 'Time from impression to purchase', 'time-to-conversion',
  'How many hours pass between the impression that a purchase is attributed to and the purchase: how long to wait before judging a campaign.',
$$WITH delays AS (
  SELECT SECONDS_BETWEEN(traffic_event_dt_utc, conversion_event_dt_utc) / 3600.0 AS hours, total_product_sales AS sales
  FROM amazon_attributed_events_by_conversion_time
  WHERE conversion_event_subtype = 'order' AND advertiser = {{advertiser}}
)
SELECT
  CASE
    WHEN hours < 6 THEN '1: under 6 hours'
    WHEN hours < 24 THEN '2: 6 to 24 hours'
    WHEN hours < 72 THEN '3: 1 to 3 days'
    WHEN hours < 168 THEN '4: 3 to 7 days'
    ELSE '5: over 7 days'
  END AS delay,
  COUNT(*) AS orders,
  AVG(hours) AS average_hours,
  SUM(sales) AS sales
FROM delays
WHERE hours <= {{longest_hours}}
GROUP BY 1
ORDER BY 1$$,
'[{"name": "advertiser", "type": "string", "label": "Advertiser", "required": true, "default": "Kettles"},
  {"name": "longest_hours", "type": "number", "label": "Longest wait in hours", "required": true, "default": 336, "min": 1, "max": 720}]'),
(null, 'public', 'New-to-brand buyers by campaign', 'new-to-brand',
  'Which campaigns bring people who had not bought the brand in the year before, and what share of orders and sales is theirs.',
$$SELECT
  campaign,
  SUM(purchases) AS orders,
  SUM(new_to_brand_purchases) AS new_to_brand_orders,
  SUM(new_to_brand_purchases) * 1.0 / SUM(purchases) AS new_to_brand_share,
  SUM(CASE WHEN new_to_brand THEN total_product_sales ELSE 0 END) AS new_to_brand_sales,
  SUM(total_product_sales) AS sales
FROM amazon_attributed_events_by_conversion_time
WHERE conversion_event_subtype = 'order'
  AND ({{campaign_like}} IS NULL OR campaign LIKE {{campaign_like}})
GROUP BY campaign
HAVING SUM(purchases) >= {{min_orders}}
ORDER BY new_to_brand_share DESC$$,
'[{"name": "campaign_like", "type": "string", "label": "Campaigns like", "description": "% stands for any text; leave empty for all campaigns.", "required": false},
  {"name": "min_orders", "type": "integer", "label": "Fewest orders", "required": true, "default": 5, "min": 1}]'),
(null, 'public', 'Daily delivery', 'attribution',
  'Impressions, people, clicks and click rate of every day: the first look at whether a campaign runs as it should.',
$$WITH shown AS (
  SELECT impression_date_utc AS day, SUM(impressions) AS impressions, COUNT(DISTINCT user_id) AS people
  FROM dsp_impressions
  WHERE advertiser = {{advertiser}}
  GROUP BY impression_date_utc
),
clicked AS (
  SELECT click_date_utc AS day, SUM(clicks) AS clicks
  FROM dsp_clicks
  WHERE advertiser = {{advertiser}}
  GROUP BY click_date_utc
)
SELECT
  shown.day,
  shown.impressions,
  shown.people,
  COALESCE(clicked.clicks, 0) AS clicks,
  COALESCE(clicked.clicks, 0) * 1.0 / shown.impressions AS click_rate
FROM shown
LEFT JOIN clicked ON clicked.day = shown.day
ORDER BY shown.day$$,
'[{"name": "advertiser", "type": "string", "label": "Advertiser", "required": true, "default": "Kettles"}]');
