/** What the demo's server watches its jobs for. Nobody is told yet: that takes a channel, which people make. */
import type { RuleSpec } from '#api'

const secondMs = 1000

const ofDemo: Omit<RuleSpec, 'name' | 'condition' | 'description'> = {
  isActive: true,
  severity: 'warning',
  scope: { kind: 'matching', folder: null, tags: ['demo'], latencyTier: null },
  forMs: 10 * secondMs,
  clearAfterMs: 10 * secondMs,
  repeatMs: null,
  channels: [],
}

export const demoRules: readonly RuleSpec[] = [
  {
    ...ofDemo,
    name: 'flights come late',
    // The other job works without event time, and has no watermark that could be late.
    scope: { kind: 'matching', folder: null, tags: ['event-time'], latencyTier: null },
    description: 'Stop "replay flights" for a while, and it fires.',
    condition: { kind: 'metric', metric: 'jobWatermarkLagMs', is: 'above', threshold: 30 * secondMs, clearsAt: 15 * secondMs },
  },
  { ...ofDemo, name: 'a demo job does not run', description: '', severity: 'critical', condition: { kind: 'not-as-wanted' } },
]
