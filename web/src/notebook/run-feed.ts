/** Follows what the runs of a notebook tell, over one connection for all of them, which goes on where it was when it breaks. */
import { CallFailure } from '../api/call-failure.ts'
import { follow } from '../api/follow.ts'
import type { RunEvent, ToldEvent } from './watched-answer.ts'

interface Place {
  readonly incarnation: string
  readonly number: number
}

interface FeedEvents {
  readonly told: (event: ToldEvent) => void
  readonly gone: (run: string) => void
}

const retryMs = 5000

export class RunFeed {
  private readonly params: { readonly workspace: string; readonly notebook: string }
  private readonly events: FeedEvents
  /** By run: what came last. */
  private readonly places = new Map<string, Place>()
  private stopping: AbortController | undefined

  constructor(workspace: string, notebook: string, events: FeedEvents) {
    this.params = { workspace, notebook }
    this.events = events
  }

  /** A run has begun that is to be told, even if it should end before anybody listens. */
  expect(run: string): void {
    if (!this.places.has(run)) this.places.set(run, { incarnation: '', number: 0 })
  }

  want(isWanted: boolean): void {
    if (!isWanted) {
      this.stopping?.abort()
      this.stopping = undefined
    } else if (this.stopping === undefined) {
      this.stopping = new AbortController()
      void this.go(this.stopping.signal)
    }
  }

  private async go(signal: AbortSignal): Promise<void> {
    const { params } = this
    const after = (): string => [...this.places].map(([run, { incarnation, number }]) => `${run}:${incarnation}:${number}`).join(',')
    const given = {
      params,
      // Asked for with each connection.
      get query() {
        return { after: after() }
      },
    }
    const key = 'GET /workspaces/:workspace/notebooks/:notebook/runs/events'
    while (!signal.aborted) {
      try {
        await follow(key, given, { signal, onEvents: (events) => this.take(events) })
      } catch (error) {
        // A notebook that is gone runs nothing.
        if (error instanceof CallFailure && error.status === 404) return
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  private take(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.kind === 'gone') {
        this.places.delete(event.run)
        this.events.gone(event.run)
      } else if (this.follows(event)) this.events.told(event)
    }
  }

  /** Something between was lost: the next connection begins with the whole. */
  private missed(run: string): false {
    this.places.set(run, { incarnation: '', number: 0 })
    this.want(false)
    this.want(true)
    return false
  }

  /** Notes where an event stands; false where it is not the one that comes next. */
  private follows(event: ToldEvent): boolean {
    const { run, number } = event
    if (event.kind === 'whole') this.places.set(run, { incarnation: event.incarnation, number })
    else {
      const place = this.places.get(run)
      if (place === undefined || place.incarnation === '' || number <= place.number) return false
      if (number > place.number + 1) return this.missed(run)
      this.places.set(run, { ...place, number })
    }
    // Of what has ended nothing comes any more.
    if ((event.kind === 'whole' || event.kind === 'state') && event.card.endedAt !== null) this.places.delete(run)
    return true
  }
}
