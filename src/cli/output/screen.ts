/** Where a command writes to, with back pressure. */
import { fstatSync } from 'node:fs'
import { cliErrors } from '../errors.ts'
import { type Paint, paintFor } from './paint.ts'

export interface Screen {
  /** Writes text of the answer. A promise asks to wait before writing more. */
  write(text: string): void | Promise<void>
  /** Writes text for people beside the answer: notes, progress. */
  note(text: string): void
  /** Waits until the answer has left; `closed` tells whether it could. */
  flush(): Promise<void>
  /** Whether people read the answer on a terminal. */
  readonly isTerminal: boolean
  /** Whether someone watches while the answer goes elsewhere. */
  readonly showsProgress: boolean
  /** Cells of the terminal, as it is now. */
  readonly width: number
  readonly height: number
  /** Colours of notes, and of answers where people read them. */
  readonly paint: Paint
  readonly answerPaint: Paint
  /** Aborted once nobody reads the answer any more, as after `| head`; the reason is an error only if it is one. */
  readonly closed: AbortSignal
}

/** The standard streams of the process. */
export function processScreen(
  out: NodeJS.WriteStream,
  notes: NodeJS.WriteStream,
  variables: Readonly<Record<string, string | undefined>>,
): Screen {
  const closing = new AbortController()
  out.on('error', (error: NodeJS.ErrnoException) => {
    closing.abort(
      error.code === 'EPIPE' ? undefined : cliErrors.CLI_OUTPUT_FAILED({}, { detail: `The system said: ${error.message}.`, cause: error }),
    )
  })
  // Whoever does not read the notes misses nothing.
  notes.on('error', () => undefined)
  const isTerminal = out.isTTY === true && variables['TERM'] !== 'dumb'
  return {
    write(text) {
      if (text === '' || closing.signal.aborted || out.write(text)) return undefined
      return drained(out, closing.signal)
    },
    note(text) {
      notes.write(text)
    },
    flush: () => flushed(out, closing.signal),
    isTerminal,
    showsProgress: notes.isTTY === true && variables['TERM'] !== 'dumb' && (isTerminal || isFile(out)),
    // A terminal that does not know its size says 0.
    get width() {
      return out.columns || notes.columns || 120
    },
    get height() {
      return out.rows || notes.rows || 24
    },
    paint: paintFor(notes.isTTY === true, variables),
    answerPaint: paintFor(isTerminal, variables),
    closed: closing.signal,
  }
}

function drained(out: NodeJS.WriteStream, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      out.off('drain', done)
      closed.removeEventListener('abort', done)
      resolve()
    }
    out.once('drain', done)
    closed.addEventListener('abort', done, { once: true })
  })
}

/** A failure is told a turn after the call back. */
async function flushed(out: NodeJS.WriteStream, closed: AbortSignal): Promise<void> {
  if (closed.aborted || out.destroyed) return
  await new Promise<void>((resolve) => {
    closed.addEventListener('abort', () => resolve(), { once: true })
    out.write('', () => setImmediate(resolve))
  })
}

function isFile(out: NodeJS.WriteStream): boolean {
  try {
    return 'fd' in out && typeof out.fd === 'number' && fstatSync(out.fd).isFile()
  } catch {
    return false
  }
}
