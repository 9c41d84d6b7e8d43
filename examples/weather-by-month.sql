-- Four years of Seattle's weather by month: rain, warmth, and how many days it snowed.
-- millrace run examples/weather-by-month.sql

CREATE TABLE weather (
  `date` DATE,
  precipitation DOUBLE,
  temp_max DOUBLE,
  temp_min DOUBLE,
  wind DOUBLE,
  weather STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'node_modules/vega-datasets/data/seattle-weather.csv',
  'format' = 'csv',
  'csv.ignore-first-line' = 'true'
);

SELECT
  EXTRACT(MONTH FROM `date`) AS `month`,
  COUNT(*) AS `days`,
  ROUND(SUM(precipitation), 1) AS rain_mm,
  MAX(temp_max) AS warmest,
  MIN(temp_min) AS coldest,
  COUNT(*) FILTER (WHERE weather = 'snow') AS snow_days
FROM weather
GROUP BY EXTRACT(MONTH FROM `date`)
ORDER BY `month`;
