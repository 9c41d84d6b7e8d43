/** Server-sent events (HTML standard, 9.2). Who reads slowly is waited for. */
import type { ServerResponse } from 'node:http'
import { RawJson, type StreamEvent } from './call.ts'

/** Proxies take a connection on which nothing comes for dead. */
const beatMs = 15_000

export interface StreamEnd {
  readonly signal: AbortSignal
  /** Whether its reader may still read it. */
  readonly isGood: () => boolean
}

/** Sends events until there are no more, nobody reads them, or whoever does may no longer. */
export async function sendEvents(
  events: AsyncIterable<StreamEvent<unknown>>,
  response: ServerResponse,
  { signal, isGood }: StreamEnd,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const beat = setInterval(() => {
    // Its end ends what makes the events, too.
    if (isGood()) response.write(':\n\n')
    else response.destroy()
  }, beatMs)
  try {
    for await (const { id, data } of events) {
      if (signal.aborted || !isGood()) break
      const json = data instanceof RawJson ? data.text : JSON.stringify(data)
      const text = `${id === null ? '' : `id: ${id}\n`}data: ${json}\n\n`
      if (!response.write(text)) await drained(response, signal)
    }
  } finally {
    clearInterval(beat)
    response.end()
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = (): void => {
    response.removeListener('drain', done)
    response.removeListener('close', done)
    signal.removeEventListener('abort', done)
    resolve()
  }
  response.once('drain', done)
  response.once('close', done)
  signal.addEventListener('abort', done, { once: true })
  if (signal.aborted) done()
  return promise
}
