/** Made-up measurements: waves, with a time in which nothing was measured. */

const operatorsKnown = ['orders', 'payments', 'window', 'filter', 'join', 'aggregate', 'paid_orders']

/** How long ago nothing was measured, as shares of what is asked for. */
const gap = { from: 0.4, to: 0.5 }

export function seriesAnswer(query: URLSearchParams): unknown {
  const [from, to, stepMs] = ['from', 'to', 'stepMs'].map((name) => Number(query.get(name))) as [number, number, number]
  const times = Array.from({ length: Math.round((to - from) / stepMs) }, (_, index) => from + index * stepMs)
  const isMeasured = (index: number): boolean => index / times.length < gap.from || index / times.length > gap.to
  const valuesOf = (metric: string, operator: number): (number | null)[] =>
    times.map((at, index) => (isMeasured(index) ? measuredOf(metric, operator, at) : null))
  const series = (query.get('metrics') ?? '').split(',').flatMap((metric) =>
    /heckpoint/.test(metric)
      ? [{ operatorId: '', operatorName: '', subtask: null, metric, values: valuesOf(metric, 0) }]
      : operatorsKnown.map((operatorName, index) => ({
          operatorId: 'abcdefg'[index],
          operatorName,
          subtask: null,
          metric,
          values: valuesOf(metric, index),
        })),
  )
  return { stepMs, times, series }
}

function measuredOf(metric: string, operator: number, at: number): number | null {
  const wave = 1 + Math.sin(at / 90_000 + operator) / 3
  if (metric.endsWith('PerSecond')) return Math.round((/Time/.test(metric) ? 120 * (operator + 1) : 4000 - operator * 300) * wave)
  if (metric.endsWith('Watermark')) return at - 4000 - operator * 300
  if (metric === 'pendingRecords') return operator < 2 ? Math.round(300 * wave) : null
  if (metric === 'stateBytes') return operator === 4 ? Math.round(48e6 * wave) : 0
  if (metric === 'numberOfFailedCheckpoints') return 2
  return Math.round(340 * wave)
}
