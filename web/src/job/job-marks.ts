/** What happened to a job, as marks on the axis of time. */
import type { Answer } from '../api/call.ts'

type JobEvent = Answer<'GET /workspaces/:workspace/jobs/:job/events'>['items'][number]
type PastAlert = Answer<'GET /workspaces/:workspace/alerts/history'>['items'][number]

type MarkKind = 'failed' | 'started' | 'stopped' | 'version' | 'savepoint' | 'alert'

export interface JobMark {
  readonly key: string
  readonly at: number
  readonly kind: MarkKind
  readonly text: string
}

const kindOfState: Readonly<Record<NonNullable<JobEvent['state']>, MarkKind | undefined>> = {
  running: 'started',
  failed: 'failed',
  'backing-off': 'failed',
  finished: 'stopped',
  stopped: 'stopped',
  starting: undefined,
  stopping: undefined,
}

function kindOf({ kind, state }: JobEvent): MarkKind | undefined {
  if (state !== null) return kindOfState[state]
  return kind === 'version' || kind === 'savepoint' ? kind : undefined
}

/** From a time on, in order. Of an alert only that it fired is marked: when it was over says the list of alerts. */
export function marksOf(events: readonly JobEvent[], alerts: readonly PastAlert[], from: number): JobMark[] {
  const ofEvents = events.flatMap((event): JobMark[] => {
    const kind = kindOf(event)
    return kind === undefined ? [] : [{ key: `event ${event.sequence}`, at: event.at, kind, text: event.text }]
  })
  const ofAlerts = alerts
    .filter(({ kind }) => kind === 'fired')
    .map(({ sequence, at, ruleName, text }): JobMark => ({ key: `alert ${sequence}`, at, kind: 'alert', text: `${ruleName}: ${text}` }))
  return [...ofEvents, ...ofAlerts].filter(({ at }) => at >= from).toSorted((a, b) => a.at - b.at)
}
