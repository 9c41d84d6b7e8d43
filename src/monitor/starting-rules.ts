/** Rules that a workspace begins with: what people want to know of any job, as strict as the tier of the job. They tell no channel yet. */
import type { AlertCondition, AlertRule, RuleScope } from './alert-rule.ts'

const minuteMs = 60_000

function rule(name: string, condition: AlertCondition, others: Partial<AlertRule> = {}): AlertRule {
  return {
    name,
    description: '',
    isActive: true,
    severity: 'warning',
    scope: { kind: 'all' },
    condition,
    forMs: 2 * minuteMs,
    clearAfterMs: minuteMs,
    repeatMs: null,
    channels: [],
    ...others,
  }
}

function ofTier(latencyTier: 'seconds' | 'minutes'): RuleScope {
  return { kind: 'matching', folder: null, tags: [], latencyTier }
}

function lateAfter(ms: number): AlertCondition {
  return { kind: 'metric', metric: 'jobWatermarkLagMs', is: 'above', threshold: ms, clearsAt: ms / 2 }
}

export const startingRules: readonly AlertRule[] = [
  rule('A job has failed', { kind: 'state', states: ['failed'], isNot: false }, { severity: 'critical', forMs: 0 }),
  rule('A job does not run as wanted', { kind: 'not-as-wanted' }, { severity: 'critical' }),
  rule('A job cannot be reached', { kind: 'unreachable' }),
  rule('Results are late (tier of seconds)', lateAfter(minuteMs), { scope: ofTier('seconds') }),
  rule('Results are late (tier of minutes)', lateAfter(15 * minuteMs), { scope: ofTier('minutes'), forMs: 5 * minuteMs }),
  rule(
    'An operator is held back',
    { kind: 'metric', metric: 'jobBackPressuredTimeMsPerSecond', is: 'above', threshold: 800, clearsAt: 500 },
    { forMs: 10 * minuteMs },
  ),
  rule('No checkpoint was completed for long', { kind: 'no-checkpoint', withinMs: 15 * minuteMs }, { forMs: 0 }),
  rule('Checkpoints fail', { kind: 'increase', metric: 'numberOfFailedCheckpoints', above: 2, withinMs: 30 * minuteMs }, { forMs: 0 }),
  rule(
    'Rows cannot be read',
    { kind: 'increase', metric: 'jobDeadRecords', above: 0, withinMs: 15 * minuteMs },
    { severity: 'info', forMs: 0 },
  ),
  rule('A job breaks again and again', { kind: 'failures', above: 2, withinMs: 15 * minuteMs }, { forMs: 0 }),
]
