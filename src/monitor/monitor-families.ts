/** The watcher itself as families of metrics: whether it watches, what fires, and whether people can be told. */
import type { LaneHealth } from '#jobs'
import type { MetricFamily } from './exposition.ts'
import type { Monitor } from './monitor.ts'

interface Told {
  readonly monitor: Pick<Monitor, 'health' | 'alerts' | 'channels' | 'channelHealth'>
  readonly version: string
  readonly workspaces: readonly string[]
}

export function monitorFamilies({ monitor, version, workspaces }: Told): MetricFamily[] {
  const { isWatching, lastJudgedAt, sampleFailures, storedBytes } = monitor.health()
  const one = (name: string, help: string, value: number | null, type: MetricFamily['type'] = 'gauge'): MetricFamily => ({
    name: `millrace_monitor_${name}`,
    type,
    help,
    samples: [{ labels: {}, value }],
  })
  return [
    { name: 'millrace_build_info', type: 'gauge', help: 'The version of the server.', samples: [{ labels: { version }, value: 1 }] },
    one('watching', 'Whether rules are judged as often as they should be.', isWatching ? 1 : 0),
    one('last_judged_timestamp_seconds', 'When rules were judged last.', lastJudgedAt === null ? null : lastJudgedAt / 1000),
    one('sample_failures_total', 'Samples that could not be taken since the server began.', sampleFailures, 'counter'),
    one('stored_bytes', 'Bytes of samples on the disk.', storedBytes),
    {
      name: 'millrace_alerts',
      type: 'gauge',
      help: 'Alerts that wait, fire, or of which nobody knows.',
      samples: workspaces.flatMap((workspace) => countsOf(monitor, workspace)),
    },
    ...channelFamilies(monitor, workspaces),
  ]
}

function countsOf(monitor: Told['monitor'], workspace: string): { labels: Record<string, string>; value: number }[] {
  const groups = Map.groupBy(monitor.alerts(workspace), ({ severity, phase }) => `${severity} ${phase}`)
  return ['critical', 'warning', 'info'].flatMap((severity) =>
    ['pending', 'firing', 'unknown'].map((phase) => ({
      labels: { workspace, severity, phase },
      value: groups.get(`${severity} ${phase}`)?.length ?? 0,
    })),
  )
}

function channelFamilies(monitor: Told['monitor'], workspaces: readonly string[]): MetricFamily[] {
  const channels = workspaces.flatMap((workspace) => monitor.channels.list(workspace))
  const known = channels.map(({ workspace, id, value }) => ({
    labels: { workspace, channel_id: id, channel_name: value.name },
    health: monitor.channelHealth(workspace, id),
  }))
  const family = (name: string, help: string, of: (health: (typeof known)[number]['health']) => number): MetricFamily => ({
    name: `millrace_channel_${name}`,
    type: 'gauge',
    help,
    samples: known.map(({ labels, health }) => ({ labels, value: of(health) })),
  })
  return [
    family('failures', 'Attempts of a channel that failed since the last that did not.', ({ failuresInARow }) => failuresInARow),
    family('pending_notices', 'Notices that wait to be delivered.', ({ pending }) => pending),
  ]
}

/** By how much the control loop is behind, for each kind of engine and cluster. */
export function laneFamilies(lanes: readonly LaneHealth[]): MetricFamily[] {
  const family = (name: string, help: string, of: (lane: LaneHealth) => number): MetricFamily => ({
    name: `millrace_control_loop_${name}`,
    type: 'gauge',
    help,
    samples: lanes.map((lane) => ({ labels: { engine: lane.engine }, value: of(lane) })),
  })
  return [
    family('lag_seconds', 'By how much the look at a job that waits longest is overdue.', ({ lagMs }) => lagMs / 1000),
    family('jobs', 'Jobs that are looked at.', ({ jobs }) => jobs),
  ]
}
