/** What the tables are made from: the same numbers give the same rows. */
export interface DataPlan {
  readonly seed: number;
  readonly impressions: number;
  /** ISO 8601 date; events are of the thirteen months before it. */
  readonly until: string;
}

/** Days of events, as AMC keeps them. */
const days = 396;

const campaigns = [
  ["Kettles", "Kettles_Q1_Awareness_Display_US", "display", 0, 120],
  ["Kettles", "Kettles_Spring_Video_US", "video", 60, 150],
  ["Kettles", "Kettles_Always_On_Retargeting_US", "display", 0, 396],
  ["Kettles", "Kettles_Prime_Event_US", "display", 280, 25],
  ["Kettles", "Kettles_Holiday_STV_US", "streaming_tv", 330, 66],
  ["Tents and Trails", "Tents_Summer_Awareness_STV_US", "streaming_tv", 150, 130],
  ["Tents and Trails", "Tents_Backpackers_Display_US", "display", 120, 200],
  ["Tents and Trails", "Tents_Retargeting_US", "display", 100, 296],
  ["Tents and Trails", "Tents_Audio_Commuters_US", "audio", 180, 120],
  ["Slow Coffee", "Coffee_Launch_Video_US", "video", 200, 90],
  ["Slow Coffee", "Coffee_Subscribers_Lookalike_Display_US", "display", 210, 186],
  ["Slow Coffee", "Coffee_Weekend_Display_US", "display", 230, 166],
] as const;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const list = (values: readonly string[]) => `[${values.map(text).join(", ")}]`;

const devices = ["Phone", "Phone", "Phone", "PC", "Tablet", "TV", "TV"];
const sites = ["amazon.com", "imdb.com", "twitch.tv", "news.example", "weather.example", "recipes.example"];
const supply = ["Amazon O&O", "Amazon Publisher Services", "Third-party exchange"];
const states = ["US-CA", "US-TX", "US-NY", "US-FL", "US-WA", "US-IL", "US-OH", "US-GA", "US-CO", "US-MA"];
const terms = ["kettle", "gooseneck kettle", "tent 2 person", "hiking tent", "coffee beans", "decaf coffee"];

/**
 * The statements that make the warehouse, in their order. Everything is a hash of the row's number and the seed: a few
 * people see many impressions and most see few, clicks and purchases follow impressions of the same person, and campaigns
 * have flights, rates and prices of their own.
 */
export function dataStatements({ seed, impressions, until }: DataPlan): string[] {
  const users = Math.max(100, Math.round(impressions / 6));
  const campaignRows = campaigns.map(
    ([advertiser, campaign, type, from, length], i) =>
      `(${i}, ${text(advertiser)}, ${text(campaign)}, ${text(type)}, ${from}, ${length})`,
  );
  const start = `(timestamp '${until} 00:00:00' - interval '${days} days')`;
  return [
    `create temp macro share(i, salt) as (hash(i, salt, ${seed}) % 1000003) / 1000003.0`,
    `create temp macro pick(options, i, salt) as options[1 + (hash(i, salt, ${seed}) % len(options))::int]`,
    `create temp table campaign_list as select * from (values ${campaignRows.join(", ")})
       c (n, advertiser, campaign, type, first_day, flight_days)`,
    `create table dsp_impressions as
     select c.advertiser, 9000000 + hash(c.advertiser) % 1000 as advertiser_id, c.campaign,
       571000000000 + c.n as campaign_id, (571000000000 + c.n)::varchar as campaign_id_string,
       c.campaign || '_' || pick(['Prospecting', 'Lookalike', 'Retargeting'], i, 11) as line_item,
       c.campaign || '_creative_' || (1 + hash(i, 12, ${seed}) % 3) as creative, c.type as creative_type,
       case c.type when 'streaming_tv' then 'TV' else pick(${list(devices)}, i, 13) end as device_type,
       pick(${list(sites)}, i, 14) as site, pick(${list(supply)}, i, 15) as supply_source,
       'US' as iso_country_code, pick(${list(states)}, i % ${users}, 16) as iso_state_province_code,
       1::bigint as impressions,
       (case c.type when 'streaming_tv' then 28 when 'video' then 14 when 'audio' then 9 else 3 end
         * 100 * (0.6 + 0.8 * share(i, 17)))::bigint as impression_cost,
       (impression_cost * 1.12)::bigint as total_cost,
       ${start} + to_seconds((86400 * (c.first_day + floor(c.flight_days * share(i, 18))
         + (0.25 + 0.75 * sqrt(share(i, 19))) * 0.999))::bigint) as impression_dt_utc,
       impression_dt_utc::date as impression_date_utc, hour(impression_dt_utc) as impression_hour_utc,
       'u' || lpad((${users} * pow(share(i, 20), 2.2))::bigint::varchar, 8, '0') as user_id, 'adUserId' as user_id_type,
       i as request_tag
     from range(${impressions}) r (i)
     join campaign_list c on c.n = least(11, floor(12 * pow(share(i, 21), 1.3)))::int`,
    `create table dsp_clicks as
     select advertiser, advertiser_id, campaign, campaign_id, campaign_id_string, line_item, creative, creative_type,
       device_type, site, supply_source, iso_country_code, iso_state_province_code, 1::bigint as clicks, total_cost as click_cost,
       impression_dt_utc + to_seconds((2 + 90 * share(request_tag, 32))::bigint) as click_dt_utc,
       click_dt_utc::date as click_date_utc, impression_dt_utc, user_id, user_id_type, request_tag
     from dsp_impressions
     where creative_type <> 'audio' and share(request_tag, 31) <
       case when line_item like '%Retargeting' then 0.009 when creative_type = 'streaming_tv' then 0.0006 else 0.0035 end`,
    `create table dsp_views as
     select advertiser, campaign, campaign_id, campaign_id_string, line_item, creative, device_type, site, impressions as measurable_impressions,
       (share(request_tag, 41) < 0.68)::int::bigint as viewable_impressions, impression_dt_utc as event_dt_utc,
       impression_date_utc as event_date_utc, user_id, user_id_type
     from dsp_impressions where hash(request_tag, 42, ${seed}) % 4 = 0`,
    `create table conversions as
     select user_id, user_id_type, 'US' as marketplace_name, 1::bigint as conversions,
       case when hash(request_tag, 52, ${seed}) % 8 = 0 then 'order'
         else pick(['detailPageView', 'detailPageView', 'detailPageView', 'shoppingCart', 'wishList'], request_tag, 58) end as event_subtype,
       case event_subtype when 'order' then 'purchase' else 'website' end as event_category,
       impression_dt_utc + to_seconds((3600 + 86400 * 13 * pow(share(request_tag, 53), 2))::bigint) as event_dt_utc,
       event_dt_utc::date as event_date_utc,
       'B0' || upper(substr(md5(advertiser || hash(request_tag, 54, ${seed}) % 9), 1, 8)) as tracked_asin,
       (event_subtype = 'order')::int::bigint as purchases,
       case event_subtype when 'order' then 1 + hash(request_tag, 55, ${seed}) % 3 // 2 else 0 end::bigint as total_units_sold,
       case event_subtype when 'order' then round((9 + 70 * pow(share(request_tag, 56), 2)) * total_units_sold, 2) else 0 end
         ::decimal(12, 2) as total_product_sales,
       share(user_id, 57) < 0.42 as new_to_brand, advertiser, campaign, campaign_id_string, impression_dt_utc as traffic_dt_utc
     from dsp_impressions
     where share(request_tag, 51) < case when line_item like '%Retargeting' then 0.02 when creative_type = 'streaming_tv' then 0.008 else 0.008 end`,
    `create table amazon_attributed_events_by_conversion_time as
     select user_id, user_id_type, advertiser, campaign, campaign_id_string, event_subtype as conversion_event_subtype,
       event_category as conversion_event_category, event_dt_utc as conversion_event_dt_utc, event_date_utc as conversion_event_date_utc,
       traffic_dt_utc as traffic_event_dt_utc, tracked_asin, conversions, purchases, total_units_sold, total_product_sales,
       total_product_sales as product_sales, new_to_brand, (new_to_brand and purchases > 0)::int::bigint as new_to_brand_purchases
     from conversions`,
    `create table sponsored_ads_traffic as
     select pick(['sponsored_products', 'sponsored_products', 'sponsored_brands', 'sponsored_display'], i, 61) as ad_product_type,
       pick(['SP_Kettles_Generic', 'SP_Tents_Category', 'SP_Coffee_Brand', 'SB_Kettles_Store', 'SD_Coffee_Views'], i, 62) as campaign,
       pick(['Exact', 'Phrase', 'Broad'], i, 63) as match_type, pick(${list(terms)}, i, 64) as customer_search_term,
       1::bigint as impressions, (share(i, 65) < 0.011)::int::bigint as clicks,
       (clicks * 100000000 * (0.4 + 1.9 * share(i, 66)))::bigint as spend,
       ${start} + to_seconds((86400 * (${days} * share(i, 67)))::bigint) as event_dt_utc, event_dt_utc::date as event_date_utc,
       'u' || lpad((${users} * pow(share(i, 68), 1.6))::bigint::varchar, 8, '0') as user_id, 'adUserId' as user_id_type
     from range(${Math.round(impressions / 3)}) r (i)`,
    "create table made_of (seed bigint, impressions bigint, until varchar)",
    `insert into made_of values (${seed}, ${impressions}, '${until}')`,
  ];
}

interface Table {
  /** Where its rows are kept. */
  readonly rows: string;
  /** The column by which a time window cuts it. */
  readonly time: string;
  /** Columns that follow from the others. The advertiser's time zone is UTC. */
  readonly more: readonly string[];
  readonly description: string;
}

const attributed = [
  "conversion_event_dt_utc as conversion_event_dt",
  "conversion_event_date_utc as conversion_event_date",
  "traffic_event_dt_utc as traffic_event_dt",
  "campaign_id_string::bigint as campaign_id",
  // NULL stands for Amazon DSP.
  "null::varchar as ad_product_type",
  "(conversion_event_subtype = 'detailPageView')::int::bigint as detail_page_view",
  "(conversion_event_subtype = 'shoppingCart')::int::bigint as add_to_cart",
  "purchases as total_purchases",
  "new_to_brand_purchases as new_to_brand_total_purchases",
  "case when new_to_brand then total_product_sales else 0 end as new_to_brand_product_sales",
  "case when new_to_brand then total_product_sales else 0 end as new_to_brand_total_product_sales",
];

/**
 * What queries see. Costs of Amazon DSP are in millicents (100,000 are a dollar), fees and supply_cost, and what sponsored ads
 * cost, in microcents (100,000,000 are a dollar); sales are in the currency itself. Source: the data sources' reference.
 */
export const tables: Readonly<Record<string, Table>> = {
  dsp_impressions: {
    rows: "dsp_impressions",
    time: "impression_dt_utc",
    more: [
      "impression_dt_utc as impression_dt",
      "impression_date_utc as impression_date",
      "impression_hour_utc as impression_hour",
      "(impression_cost * 750)::bigint as supply_cost",
      "'USD' as currency_iso_code",
    ],
    description: "Every impression that Amazon DSP delivered.",
  },
  dsp_clicks: {
    rows: "dsp_clicks",
    time: "click_dt_utc",
    more: ["click_dt_utc as click_dt", "click_date_utc as click_date", "impression_dt_utc as impression_dt"],
    description: "Every click on an impression of Amazon DSP.",
  },
  dsp_views: {
    rows: "dsp_views",
    time: "event_dt_utc",
    more: ["event_dt_utc as event_dt", "event_date_utc as event_date"],
    description: "Whether impressions of Amazon DSP could be seen.",
  },
  conversions: {
    rows: "conversions",
    time: "event_dt_utc",
    more: ["event_dt_utc as event_dt", "event_date_utc as event_date"],
    description: "What people did after they had seen an ad: viewed a page, put into the basket, ordered.",
  },
  amazon_attributed_events_by_conversion_time: {
    rows: "amazon_attributed_events_by_conversion_time",
    time: "conversion_event_dt_utc",
    more: attributed,
    description: "Conversions with the traffic that they are attributed to, by when they happened.",
  },
  amazon_attributed_events_by_traffic_time: {
    rows: "amazon_attributed_events_by_conversion_time",
    time: "traffic_event_dt_utc",
    more: attributed,
    description: "Conversions with the traffic that they are attributed to, by when that was.",
  },
  sponsored_ads_traffic: {
    rows: "sponsored_ads_traffic",
    time: "event_dt_utc",
    more: [
      "event_dt_utc as event_dt",
      "event_date_utc as event_date",
      "case when campaign like '%Tents%' then 'Tents and Trails' when campaign like '%Coffee%' then 'Slow Coffee' else 'Kettles' end as advertiser",
      "'CPC' as line_item_price_type",
    ],
    description: "Impressions and clicks of sponsored products, brands and display.",
  },
};

/** What every user_id looks like, and nothing else does: its values never leave AMC. */
export const userIdPattern = /^u\d{8}$/;
