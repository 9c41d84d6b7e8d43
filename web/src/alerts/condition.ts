/** Conditions of rules: what each kind begins with, and how it reads. The contract names the kinds; one that is missing here does not compile. */
import type { TFunction } from 'i18next'
import type { Answer } from '../api/call.ts'
import { countText, durationText } from '../parts/amount.ts'

export type Rule = Answer<'GET /workspaces/:workspace/alert-rules'>[number]
export type RuleSpec = Rule['spec']
export type Condition = RuleSpec['condition']
export type ConditionKind = Condition['kind']
export type ConditionOf<Kind extends ConditionKind> = Extract<Condition, { readonly kind: Kind }>
export type RuleMetric = ConditionOf<'metric'>['metric']

/** What parts of the form of a rule are given. */
export interface RuleFieldsProps {
  readonly spec: RuleSpec
  readonly change: (changes: Partial<RuleSpec>) => void
}

const minuteMs = 60_000

const firstQuery = `SELECT job, operator_name, MAX(measured) AS measured
FROM operator_metrics
WHERE metric = 'backPressuredTimeMsPerSecond'
GROUP BY job, operator_name
HAVING MAX(measured) > 800`

export const firstConditions: { readonly [Kind in ConditionKind]: ConditionOf<Kind> } = {
  state: { kind: 'state', states: ['failed'], isNot: false },
  'not-as-wanted': { kind: 'not-as-wanted' },
  unreachable: { kind: 'unreachable' },
  metric: { kind: 'metric', metric: 'jobWatermarkLagMs', is: 'above', threshold: minuteMs, clearsAt: null },
  'no-rows': { kind: 'no-rows', of: 'in' },
  increase: { kind: 'increase', metric: 'jobDeadRecords', above: 0, withinMs: 15 * minuteMs },
  'no-checkpoint': { kind: 'no-checkpoint', withinMs: 15 * minuteMs },
  failures: { kind: 'failures', above: 2, withinMs: 15 * minuteMs },
  sql: { kind: 'sql', text: firstQuery, metrics: [], pastMs: 0 },
}

export const conditionKinds = Object.keys(firstConditions) as readonly ConditionKind[]

/** What the number of a metric counts. */
export const metricUnits: Readonly<Record<RuleMetric, 'rows' | 'rows/s' | 'ms' | 'ms/s' | 'bytes' | 'count'>> = {
  jobWatermarkLagMs: 'ms',
  jobPendingRecords: 'rows',
  jobRecordsInPerSecond: 'rows/s',
  jobRecordsOutPerSecond: 'rows/s',
  jobBackPressuredTimeMsPerSecond: 'ms/s',
  jobBusyTimeMsPerSecond: 'ms/s',
  jobStateBytes: 'bytes',
  jobLateRecords: 'rows',
  jobDeadRecords: 'rows',
  jobRecordsIn: 'rows',
  jobRecordsOut: 'rows',
  lastCheckpointDuration: 'ms',
  lastCheckpointSize: 'bytes',
  lastCheckpointFullSize: 'bytes',
  numberOfCompletedCheckpoints: 'count',
  numberOfFailedCheckpoints: 'count',
}

export const ruleMetrics = Object.keys(metricUnits) as readonly RuleMetric[]

export const firstRule: RuleSpec = {
  name: '',
  description: '',
  isActive: true,
  severity: 'warning',
  scope: { kind: 'all' },
  condition: firstConditions.state,
  forMs: minuteMs,
  clearAfterMs: minuteMs,
  repeatMs: null,
  channels: [],
}

/** A condition as one phrase. */
export function conditionText(condition: Condition, t: TFunction): string {
  switch (condition.kind) {
    case 'state':
      return t(condition.isNot ? 'conditionTexts.stateNot' : 'conditionTexts.state', {
        states: condition.states.map((state) => t(`states.${state}`)).join(', '),
      })
    case 'metric':
      return t(`conditionTexts.${condition.is}`, {
        metric: t(`ruleMetrics.${condition.metric}`),
        threshold: numberText(condition.threshold, condition.metric),
      })
    case 'no-rows':
      return t(`conditionTexts.no-rows-${condition.of}`)
    case 'increase':
      return t('conditionTexts.increase', {
        metric: t(`ruleMetrics.${condition.metric}`),
        above: countText(condition.above),
        time: spanText(condition.withinMs),
      })
    case 'failures':
      return t('conditionTexts.failures', { above: countText(condition.above), time: spanText(condition.withinMs) })
    case 'no-checkpoint':
      return t('conditionTexts.no-checkpoint', { time: spanText(condition.withinMs) })
    case 'sql':
      return t('conditionTexts.sql', { text: oneLine(condition.text) })
    case 'not-as-wanted':
    case 'unreachable':
      return t(`conditionTexts.${condition.kind}`)
  }
}

const lineLengthMax = 80

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > lineLengthMax ? `${line.slice(0, lineLengthMax - 1)}…` : line
}

/** A length of time without the parts that are nothing: 15 m, 1 h 30 m. */
export function spanText(ms: number): string {
  return durationText(ms).replace(/ 0 [smh]$/, '')
}

function numberText(value: number, metric: RuleMetric): string {
  const unit = metricUnits[metric]
  if (unit === 'ms') return spanText(value)
  return unit === 'count' || unit === 'rows' ? countText(value) : `${countText(value)} ${unit}`
}
