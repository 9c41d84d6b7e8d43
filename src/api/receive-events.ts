/** Server-sent events (HTML standard, 9.2) as they come. A server that is there says so again and again, so silence has an end. */
import { apiErrors } from './errors.ts'

export interface ReceivedEvent<Data> {
  /** The last id that the server gave; null where it gives none. */
  readonly id: string | null
  readonly data: Data
}

interface ReceiveOptions {
  readonly url: string
  readonly signal: AbortSignal
}

/** Four of its beats. */
const silenceMsMax = 60_000
/** In characters. */
const eventLengthMax = 64 * 1024 ** 2

export async function* receiveEvents(
  body: ReadableStream<Uint8Array>,
  { url, signal }: ReceiveOptions,
): AsyncGenerator<ReceivedEvent<unknown>> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  try {
    for (;;) {
      const part = await readPart(reader, url, signal)
      if (part === null) return
      text += decoder.decode(part, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      if (text.length > eventLengthMax) throw apiErrors.API_SERVER_STREAM({ url })
      for (const block of blocks) {
        const event = eventOf(block, url)
        if (event !== null) yield event
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Null at the end. */
async function readPart(reader: ReadableStreamDefaultReader<Uint8Array>, url: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const { promise: silence, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`nothing came for ${silenceMsMax / 1000} s`)), silenceMsMax)
  try {
    const { done, value } = await Promise.race([reader.read(), silence])
    return done ? null : value
  } catch (error) {
    if (signal.aborted) return null
    throw apiErrors.API_SERVER_UNREACHABLE({ url }, { detail: `${(error as Error).message}.`, cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** Null for a beat. */
function eventOf(block: string, url: string): ReceivedEvent<unknown> | null {
  const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/s.exec(line))
  const fieldOf = (name: string): string[] => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []))
  const data = fieldOf('data')
  if (data.length === 0) return null
  try {
    return { id: fieldOf('id').at(-1) ?? null, data: JSON.parse(data.join('\n')) as unknown }
  } catch (error) {
    throw apiErrors.API_SERVER_STREAM({ url }, { cause: error })
  }
}
