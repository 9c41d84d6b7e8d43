/** Made-up alerts, rules and channels. Rules and silences that are made stay while the fixture runs. */
import { pageOf } from './fixture-page.ts'

const at = Date.now()
const minuteMs = 60_000

const base = {
  description: '',
  isActive: true,
  severity: 'critical',
  scope: { kind: 'all' },
  condition: { kind: 'state', states: ['failed'], isNot: false },
  forMs: 0,
  clearAfterMs: minuteMs,
  repeatMs: null,
  channels: ['c1'],
}

function ruleAt(index: number, spec: unknown) {
  return { id: `r${index}`, version: 1, changedAt: at, changedBy: 'ada', spec }
}

const firstRules = [
  { ...base, name: 'A job has failed' },
  {
    ...base,
    name: '<img src=x onerror=alert(2)> & late',
    severity: 'warning',
    condition: { kind: 'metric', metric: 'jobWatermarkLagMs', is: 'above', threshold: minuteMs, clearsAt: null },
    forMs: 2 * minuteMs,
  },
  {
    ...base,
    name: 'Rows cannot be read',
    severity: 'info',
    isActive: false,
    condition: { kind: 'increase', metric: 'jobDeadRecords', above: 0, withinMs: 900_000 },
  },
].map((spec, index) => ruleAt(index + 1, spec))

const channels = [
  {
    id: 'c1',
    version: 1,
    changedAt: at,
    changedBy: 'ada',
    spec: {
      name: 'on call',
      isActive: true,
      hearsWatcher: true,
      target: { kind: 'webhook', url: 'https://hooks.example.org/${secret:hook}', secret: '${secret:hook-key}', heartbeatMs: 60_000 },
    },
    health: { lastSuccessAt: at - 90_000, lastFailureAt: null, trouble: '', failuresInARow: 0, pending: 0 },
  },
  {
    id: 'c2',
    version: 1,
    changedAt: at,
    changedBy: 'ada',
    spec: {
      name: 'mail to the team',
      isActive: true,
      hearsWatcher: false,
      target: {
        kind: 'mail',
        host: 'mail.example.org',
        port: 465,
        security: 'tls',
        user: 'millrace',
        password: '${secret:mail}',
        from: 'millrace@example.org',
        to: ['team@example.org'],
      },
    },
    health: {
      lastSuccessAt: null,
      lastFailureAt: at - 30_000,
      trouble: 'MONITOR_MAIL_NOT_SENT: could not send mail by "mail.example.org"',
      failuresInARow: 4,
      pending: 2,
    },
  },
]

const alerts = Array.from({ length: 140 }, (_, index) => ({
  id: `r1/job-${index}`,
  rule: index % 3 === 1 ? 'r2' : 'r1',
  ruleName: index % 3 === 1 ? '<img src=x onerror=alert(2)> & late' : 'A job has failed',
  severity: index % 3 === 1 ? 'warning' : 'critical',
  job: `job-${index}`,
  jobName: index === 3 ? '<script>alert("orders")</script>' : `enrich-orders-${index}`,
  phase: index < 12 ? 'firing' : index < 30 ? 'pending' : 'unknown',
  since: at - (index + 1) * 90_000,
  text: index % 3 === 1 ? 'jobWatermarkLagMs is 214,000, above 60,000' : 'its state is failed: could not cast "n/a" to DECIMAL(10, 2)',
  value: null,
  threshold: null,
  source: 'processes of this server',
  seenAt: at - 2000,
  isSilenced: index === 2,
  notifiedAt: index % 2 === 0 ? at - index * 80_000 : null,
}))

const silences = [
  { id: 's1', by: 'ada', at, spec: { rule: 'r1', job: 'job-2', from: at - 1000, until: at + 3_600_000, comment: 'it is being mended' } },
]

/** What a fixture remembers of rules. */
export interface AlertBook {
  rules: ReturnType<typeof ruleAt>[]
}

export function makeAlertBook(isEmpty: boolean): AlertBook {
  return { rules: isEmpty ? [] : [...firstRules] }
}

export function alertAnswer(book: AlertBook, route: string, query: URLSearchParams, body: Readonly<Record<string, unknown>>): unknown {
  const shown = book.rules.length === 0 ? [] : alerts
  if (route === 'GET /alerts') {
    const words = (query.get('search') ?? '').toLowerCase()
    const found = shown.filter(
      ({ phase, job, ruleName, jobName }) =>
        (query.get('phase') ?? phase) === phase &&
        (query.get('job') ?? job) === job &&
        `${ruleName} ${jobName}`.toLowerCase().includes(words),
    )
    const count = (wanted: string): number => shown.filter(({ phase }) => phase === wanted).length
    const counts = {
      firing: Math.max(0, count('firing') - 1),
      pending: count('pending'),
      unknown: count('unknown'),
      silenced: shown.length > 0 ? 1 : 0,
    }
    return { ...pageOf(found, query), counts }
  }
  if (route === 'GET /alerts/history')
    return pageOf(
      alerts.map(({ ruleName, severity, job, jobName, text }, index) => ({
        sequence: 1000 - index,
        kind: index % 2 === 0 ? 'resolved' : 'fired',
        ruleName,
        severity,
        job,
        jobName,
        at: at - index * 120_000,
        text,
      })),
      query,
    )
  if (route === 'GET /alert-rules') return book.rules
  if (route === 'POST /alert-rules/starting') book.rules = [...firstRules]
  if (route === 'POST /alert-rules/starting') return book.rules
  if (route === 'POST /alert-rules/try')
    return {
      counts: { met: 2, between: 0, clear: 2997, unknown: 1 },
      jobs: [
        {
          job: 'job-6',
          jobName: 'land-orders',
          sight: 'met',
          text: 'its state is failed',
          value: null,
          threshold: null,
          source: 'this server',
          seenAt: at,
        },
        {
          job: 'job-3',
          jobName: '<script>alert("orders")</script>',
          sight: 'met',
          text: 'its state is failed',
          value: null,
          threshold: null,
          source: '',
          seenAt: at,
        },
      ],
    }
  if (route === 'POST /alert-rules') {
    book.rules = [...book.rules, ruleAt(book.rules.length + 1, body)]
    return book.rules.at(-1)
  }
  const changed = /^PUT \/alert-rules\/(\w+)$/.exec(route)?.[1]
  if (changed !== undefined) {
    book.rules = book.rules.map((rule) => (rule.id === changed ? { ...rule, version: rule.version + 1, spec: body['spec'] } : rule))
    return book.rules.find(({ id }) => id === changed)
  }
  if (route === 'GET /alert-silences') return book.rules.length === 0 ? [] : silences
  if (route === 'POST /alert-silences') return silences[0]
  if (route === 'GET /alert-channels') return book.rules.length === 0 ? [] : channels
  if (route.endsWith('/deliveries'))
    return pageOf(
      [{ sequence: 1, at, kind: 'fired', outcome: 'failed', tries: 1, trouble: 'MONITOR_MAIL_NOT_SENT: could not send mail' }],
      query,
    )
  return route.endsWith('/test') ? null : undefined
}
