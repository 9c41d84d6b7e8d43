-- Versioned rates: each invoice is converted at the rate that held when it was written, however late the rows come to
-- be joined. Swiss francs had no rate before eleven o'clock: the first invoice in them stays unconverted.
-- millrace run examples/currency-conversion.sql

CREATE TABLE invoices (
  invoiced_at TIMESTAMP(3),
  invoice INT,
  currency STRING,
  amount DECIMAL(10, 2),
  WATERMARK FOR invoiced_at AS invoiced_at - INTERVAL '5' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/invoices.csv', 'format' = 'csv');

CREATE TABLE exchange_rates (
  valid_from TIMESTAMP(3),
  currency STRING,
  dollars DECIMAL(10, 4),
  WATERMARK FOR valid_from AS valid_from,
  PRIMARY KEY (currency) NOT ENFORCED
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/exchange-rates.csv', 'format' = 'csv');

SELECT i.invoiced_at, i.invoice, i.currency, i.amount, r.dollars AS rate, r.valid_from, CAST(i.amount * r.dollars AS DECIMAL(10, 2)) AS in_dollars
FROM invoices AS i
LEFT JOIN exchange_rates FOR SYSTEM_TIME AS OF i.invoiced_at AS r ON i.currency = r.currency;
