import type { TFunction } from 'i18next'
import { type NotebookSpec, newCell } from '../notebook/notebook-spec.ts'

/** What a new notebook is until something is written. */
export function firstNotebook(t: TFunction): NotebookSpec {
  return { title: t('notebook.untitled'), folder: '', tags: [], variables: {}, cells: [newCell('sql')] }
}

/** What was written on the page for SQL, to go on with. */
export function notebookOf(title: string, text: string): NotebookSpec {
  return { title, folder: '', tags: [], variables: {}, cells: [{ ...newCell('sql'), text }] }
}

const orders = `CREATE TEMPORARY TABLE orders (
  id BIGINT,
  city STRING,
  amount DECIMAL(8, 2),
  placed_at TIMESTAMP(3),
  WATERMARK FOR placed_at AS placed_at - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '\${rows_per_second}',
  'fields.id.kind' = 'sequence',
  'fields.id.start' = '1',
  'fields.id.end' = '1000000',
  'fields.city.length' = '1',
  'fields.amount.min' = '5',
  'fields.amount.max' = '200'
);`

const newest = `SELECT id, UPPER(city) AS city, amount, placed_at
FROM orders
WHERE amount >= \${least_amount};`

const totals = `SELECT window_start, COUNT(*) AS orders, SUM(amount) AS total
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '2' SECOND))
GROUP BY window_start, window_end;`

/** A notebook to learn from: made-up orders, a live table of them, and a chart over windows. */
export function tourNotebook(t: TFunction): NotebookSpec {
  const [table, query, chart] = [newCell('sql', orders), newCell('sql', newest), newCell('sql', totals)]
  return {
    title: t('tour.title'),
    folder: '',
    tags: [],
    variables: { rows_per_second: '20', least_amount: '50' },
    cells: [
      newCell('markdown', t('tour.intro')),
      table,
      newCell('markdown', t('tour.query')),
      query,
      newCell('markdown', t('tour.chart')),
      chart.kind === 'sql' ? { ...chart, view: 'chart', chart: { x: 'window_start', y: 'total', series: null, form: 'bars' } } : chart,
    ],
  }
}
