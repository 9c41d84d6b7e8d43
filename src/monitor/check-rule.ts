/** Whether a rule or a silence can be used at all. Who sends one over HTTP has its form checked before; numbers and names are checked here. */
import type { AlertCondition, AlertRule, AlertSilence } from './alert-rule.ts'
import { monitorErrors } from './errors.ts'
import { isMetricName, wordOf } from './metric-words.ts'

const waitMsMax = 7 * 86_400_000
const repeatMsMin = 60_000
const pastMsMax = 3_600_000
const withinMsMax = 86_400_000
const textLengthMax = 100_000
const channelsMax = 20
const jobsMax = 1000

/** Fails with MONITOR_RULE. */
export function checkRule(rule: AlertRule): void {
  const trouble = ruleTrouble(rule) ?? conditionTrouble(rule.condition)
  if (trouble !== null) throw monitorErrors.MONITOR_RULE({ trouble })
}

/** Fails with MONITOR_RULE. */
export function checkSilence({ from, until }: AlertSilence): void {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(until) && from < until))
    throw monitorErrors.MONITOR_RULE({ trouble: 'a silence begins before it ends' })
}

function ruleTrouble({ name, forMs, clearAfterMs, repeatMs, channels, scope }: AlertRule): string | null {
  if (name.trim() === '') return 'it needs a name'
  if (!isWithin(forMs, 0, waitMsMax) || !isWithin(clearAfterMs, 0, waitMsMax)) return 'it waits for seven days at most'
  if (repeatMs !== null && !isWithin(repeatMs, repeatMsMin, waitMsMax))
    return 'it is told again after a minute at least, and seven days at most'
  if (channels.length > channelsMax) return `it tells ${channelsMax} channels at most`
  if (scope.kind === 'jobs' && scope.jobs.length > jobsMax) return `it names ${jobsMax} jobs at most`
  return null
}

function conditionTrouble(condition: AlertCondition): string | null {
  switch (condition.kind) {
    case 'state':
      return condition.states.length === 0 ? 'it names no state' : null
    case 'metric':
      return metricTrouble(condition)
    case 'increase':
    case 'failures':
      if (!isWithin(condition.above, 0, Number.MAX_SAFE_INTEGER)) return 'what is let pass is a number from 0'
      return isWithin(condition.withinMs, repeatMsMin, withinMsMax) ? null : 'it looks back for a minute at least, and a day at most'
    case 'no-checkpoint':
      return isWithin(condition.withinMs, 1000, withinMsMax) ? null : 'it waits for a checkpoint for a second at least, and a day at most'
    case 'sql':
      return sqlTrouble(condition)
    case 'not-as-wanted':
    case 'unreachable':
    case 'no-rows':
      return null
  }
}

function metricTrouble({ metric, is, threshold, clearsAt }: AlertCondition & { readonly kind: 'metric' }): string | null {
  if (!isMetricName(metric) || wordOf(metric).of !== 'job') return 'it asks for a metric that jobs do not have'
  if (!Number.isFinite(threshold)) return 'its threshold is no number'
  if (clearsAt === null) return null
  const isBack = is === 'above' ? clearsAt <= threshold : clearsAt >= threshold
  return isBack ? null : `a value that has to be ${is} the threshold clears on the other side of it`
}

function sqlTrouble({ text, metrics, pastMs }: AlertCondition & { readonly kind: 'sql' }): string | null {
  if (text.trim() === '' || text.length > textLengthMax) return `its query has up to ${textLengthMax} characters`
  if (!metrics.every(isMetricName)) return 'its query asks for metrics that there are not'
  return isWithin(pastMs, 0, pastMsMax) ? null : 'its query looks back for an hour at most'
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isFinite(value) && value >= least && value <= most
}
