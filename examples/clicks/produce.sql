-- Makes clicks and sends them to Kafka, 500 a second, for whoever has none.
-- cat examples/clicks/tables.sql examples/clicks/produce.sql | millrace run - --data-dir state/produce

CREATE TABLE made (id BIGINT, page_number INT, person_number INT, millis INT) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '500',
  'fields.id.kind' = 'sequence',
  'fields.id.start' = '1',
  'fields.id.end' = '1000000000',
  'fields.page_number.min' = '0',
  'fields.page_number.max' = '4',
  'fields.person_number.min' = '1',
  'fields.person_number.max' = '200',
  'fields.millis.min' = '5',
  'fields.millis.max' = '900'
);

INSERT INTO clicks
SELECT
  id,
  ARRAY['/', '/search', '/item', '/cart', '/pay'][page_number + 1],
  'person ' || CAST(person_number AS STRING),
  millis,
  -- The clicks begin at noon, a hundred milliseconds apart, so that minutes pass fast.
  TO_TIMESTAMP_LTZ(1767268800000 + id * 100, 3)
FROM made;
