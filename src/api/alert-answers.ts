/** Alerts, rules, silences and channels, as the contract shows them. */
import type { AlertChannel, AlertRule, AlertSilence, AlertView, Monitor, RuleTrial } from '#monitor'
import type { Stored } from '#store'
import type { ChannelSpec, monitorRoutes, RuleSpec } from './contract/monitor-routes.ts'
import type { AnswerOf, QueryOf } from './contract/route.ts'
import { metricNamed } from './metric-named.ts'
import { numberOf } from './paging.ts'

type MonitorRoutes = typeof monitorRoutes
type AlertsKey = 'GET /workspaces/:workspace/alerts'
type AlertsAnswer = AnswerOf<MonitorRoutes[AlertsKey]>
type Trial = AnswerOf<MonitorRoutes['POST /workspaces/:workspace/alert-rules/try']>
type Rule = AnswerOf<MonitorRoutes['GET /workspaces/:workspace/alert-rules']>[number]
type Silence = AnswerOf<MonitorRoutes['GET /workspaces/:workspace/alert-silences']>[number]

const pageUsual = 50
/** Of a rule that is tried. */
const triedMax = 100

const phases: readonly AlertView['phase'][] = ['firing', 'pending', 'unknown']
const severities: readonly AlertView['severity'][] = ['critical', 'warning', 'info']

/** Those that fire first, of these the gravest; a cursor is how many were told of before. */
export function alertPage(
  all: readonly AlertView[],
  { phase, job, search = '', cursor, limit = pageUsual }: QueryOf<MonitorRoutes[AlertsKey]>,
): AlertsAnswer {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const known = job === undefined ? all : all.filter((alert) => alert.job === job)
  const found = known.filter(
    (alert) =>
      (phase === undefined || alert.phase === phase) &&
      words.every((word) => [alert.ruleName, alert.jobName, alert.sighting.text].some((text) => text.toLowerCase().includes(word))),
  )
  const from = cursor === undefined ? 0 : numberOf(cursor)
  const inOrder = found.toSorted((a, b) => compare(rankOf(a), rankOf(b)))
  const count = (fits: (alert: AlertView) => boolean): number => known.filter(fits).length
  return {
    items: inOrder.slice(from, from + limit).map(alertOf),
    next: from + limit < found.length ? String(from + limit) : null,
    total: found.length,
    counts: {
      firing: count((alert) => alert.phase === 'firing' && !alert.isSilenced),
      pending: count((alert) => alert.phase === 'pending'),
      unknown: count((alert) => alert.phase === 'unknown'),
      silenced: count((alert) => alert.phase === 'firing' && alert.isSilenced),
    },
  }
}

function rankOf(alert: AlertView): readonly [number, number, number, number, string] {
  const { phase, isSilenced, severity, since, id } = alert
  return [phases.indexOf(phase), isSilenced ? 1 : 0, severities.indexOf(severity), -since, id]
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  const [left, right] = [a[at], b[at]]
  return left === undefined || right === undefined ? 0 : left < right ? -1 : 1
}

function alertOf({ id, rule, ruleName, severity, job, jobName, phase, since, sighting, isSilenced, notifiedAt }: AlertView) {
  return { id, rule, ruleName, severity, job, jobName, phase, since, ...sightingOf(sighting), isSilenced, notifiedAt }
}

function sightingOf({ text, value, threshold, source, seenAt }: AlertView['sighting']) {
  return { text, value, threshold, source, seenAt }
}

export function trialOf(trial: RuleTrial): Trial {
  const count = (sight: Trial['jobs'][number]['sight']): number => trial.filter(({ sighting }) => sighting.sight === sight).length
  const sights = ['met', 'between', 'unknown', 'clear']
  const inOrder = trial.toSorted((a, b) => sights.indexOf(a.sighting.sight) - sights.indexOf(b.sighting.sight))
  return {
    counts: { met: count('met'), between: count('between'), clear: count('clear'), unknown: count('unknown') },
    jobs: inOrder
      .slice(0, triedMax)
      .map(({ job, jobName, sighting }) => ({ job, jobName, sight: sighting.sight, ...sightingOf(sighting) })),
  }
}

export function ruleOf({ id, version, writtenAt, writtenBy }: Stored<AlertRule>, spec: RuleSpec): Rule {
  return { id, version, changedAt: writtenAt, changedBy: writtenBy, spec }
}

/** That its metrics are some is checked with everything else of it. */
export function ruleIn(spec: RuleSpec): AlertRule {
  const { condition } = spec
  if (condition.kind === 'sql') return { ...spec, condition: { ...condition, metrics: condition.metrics.map(metricNamed) } }
  return { ...spec, condition }
}

export function shownRule(rule: Stored<AlertRule>): Rule {
  const { condition, scope, channels, ...others } = rule.value
  return ruleOf(rule, { ...others, condition: conditionOf(condition), scope: scopeOf(scope), channels: [...channels] })
}

function conditionOf(condition: AlertRule['condition']): RuleSpec['condition'] {
  if (condition.kind === 'state') return { ...condition, states: [...condition.states] }
  return condition.kind === 'sql' ? { ...condition, metrics: [...condition.metrics] } : condition
}

function scopeOf(scope: AlertRule['scope']): RuleSpec['scope'] {
  if (scope.kind === 'jobs') return { kind: 'jobs', jobs: [...scope.jobs] }
  return scope.kind === 'matching' ? { ...scope, tags: [...scope.tags] } : scope
}

export function silenceOf({ id, writtenAt, writtenBy, value }: Stored<AlertSilence>): Silence {
  return { id, by: writtenBy, at: writtenAt, spec: { ...value } }
}

export function channelIn(monitor: Monitor, { id, workspace, version, writtenAt, writtenBy, value }: Stored<AlertChannel>) {
  const { target, ...others } = value
  const spec: ChannelSpec = { ...others, target: target.kind === 'mail' ? { ...target, to: [...target.to] } : target }
  return { id, version, changedAt: writtenAt, changedBy: writtenBy, spec, health: { ...monitor.channelHealth(workspace, id) } }
}
