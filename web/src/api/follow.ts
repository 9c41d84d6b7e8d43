/** Follows a stream of server-sent events: goes on after the last event when the connection breaks, until told to stop. */
import type { Contract } from '#api/contract'
import { type Answer, type Given, type Key, type LooseGiven, send } from './call.ts'
import { CallFailure } from './call-failure.ts'
import { EventReader } from './event-reader.ts'
import { serverPresence } from './server-presence.ts'

export type StreamKey = { [K in Key]: Contract[K] extends { readonly streams: true } ? K : never }[Key]

export interface Following<K extends StreamKey> {
  readonly signal: AbortSignal
  /** All events that came at once; whether to go on. */
  readonly onEvents: (events: readonly Answer<K>[]) => void
  /** Whether the stream has said its last word; then it is not opened again. */
  readonly isOver?: () => boolean
  /** How the last id is given when the stream is opened again; by default as the header Last-Event-ID. */
  readonly resumedAs?: 'header' | 'after'
  readonly onOpen?: () => void
}

const pauseMsMax = 10_000

/** Ends when the stream is over or stopped; throws what the server refuses. */
export async function follow<K extends StreamKey>(key: K, given: Given<K>, following: Following<K>): Promise<void> {
  const state = { lastId: null as string | null, pauseMs: 250 }
  while (!following.signal.aborted && following.isOver?.() !== true) {
    try {
      await readOnce(key, given as LooseGiven, following, state)
    } catch (error) {
      if (following.signal.aborted) return
      if (error instanceof CallFailure && error.status >= 400 && error.status < 500 && error.status !== 429) throw error
    }
    if (following.isOver?.() === true) return
    await pause(state.pauseMs, following.signal)
    state.pauseMs = Math.min(state.pauseMs * 2, pauseMsMax)
    await serverPresence.present(following.signal)
  }
}

async function readOnce<K extends StreamKey>(
  key: K,
  given: LooseGiven,
  following: Following<K>,
  state: { lastId: string | null; pauseMs: number },
): Promise<void> {
  const { signal, onEvents, onOpen, resumedAs = 'header' } = following
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  let asked = given
  if (state.lastId !== null && resumedAs === 'header') headers['last-event-id'] = state.lastId
  if (state.lastId !== null && resumedAs === 'after') asked = { ...given, query: { ...given.query, after: Number(state.lastId) } }
  const response = await send(key, asked, { signal, headers })
  if (response.body === null) return
  onOpen?.()
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const reader = new EventReader()
  for (;;) {
    const { done, value } = await pieces.read()
    if (done) return
    const events = reader.read(value)
    if (events.length === 0) continue
    state.pauseMs = 250
    state.lastId = events.at(-1)?.id ?? state.lastId
    onEvents(events.map(({ data }) => JSON.parse(data) as Answer<K>))
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
