/** `millrace deadletter`: looks at what a script could not read or write, and gives it another chance. */
import { counted, printable } from '#base'
import type { DeadLetters, Letter, LetterFilter, LetterGroup } from '#query'
import type { DeadletterAction } from './arguments/deadletter-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { padded, textWidth } from './output/text-width.ts'
import { noteErrors } from './render-error.ts'
import { openSession, readScript } from './script.ts'

export interface DeadletterOptions {
  readonly action: DeadletterAction
  /** The script whose tables they are of. */
  readonly script: string
  readonly filter: LetterFilter
  /** The most that are shown. */
  readonly most: number
  /** Where it is kept what was replayed. */
  readonly place: string
  readonly json: boolean
  readonly settings: Readonly<Record<string, string>>
}

export async function runDeadletterCommand(options: DeadletterOptions, environment: CliEnvironment): Promise<number> {
  const { action, filter, place, script } = options
  if (action === 'replay') {
    const purpose = '"millrace deadletter replay"'
    if (filter.table === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--table', purpose })
    if (place === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--data-dir', purpose })
  }
  const [source, session] = await Promise.all([readScript(script, environment), openSession(options.settings, environment)])
  const stopping = new AbortController()
  const forget = environment.onInterrupt(() => stopping.abort())
  try {
    await session.define(source.text)
    return await act(session.deadLetters(), options, environment, stopping.signal)
  } catch (error) {
    return noteErrors(error, source, environment)
  } finally {
    forget()
  }
}

async function act(all: DeadLetters, options: DeadletterOptions, { screen }: CliEnvironment, signal: AbortSignal): Promise<number> {
  const { action, filter, most, place, json } = options
  switch (action) {
    case 'list': {
      const groups = await all.groups(filter, signal)
      await screen.write(json ? groups.map(groupJson).join('') : table(groups))
      screen.note(
        `${counted(
          groups.reduce((sum, { count }) => sum + count, 0),
          'dead letter',
        )}\n`,
      )
      return exitStatus.done
    }
    case 'show': {
      const letters = await all.letters(filter, most, signal)
      for (const letter of letters) await screen.write(json ? letterJson(letter) : letterText(letter))
      if (letters.length === most) screen.note(`note: the first ${most}; give --limit for more\n`)
      return exitStatus.done
    }
    case 'replay': {
      const sent = await all.replay(filter, place, signal)
      screen.note(`${counted(sent, 'dead letter')} of table "${filter.table}" replayed\n`)
      return signal.aborted ? exitStatus.interrupted : exitStatus.done
    }
  }
}

function table(groups: readonly LetterGroup[]): string {
  if (groups.length === 0) return ''
  const head = ['table', 'error', 'letters', 'first at (UTC)', 'last at (UTC)']
  const rows = groups.map(({ table: name, code, count, firstAt, lastAt }) => [
    name,
    code,
    String(count),
    timeText(firstAt),
    timeText(lastAt),
  ])
  const lines = [head, ...rows].map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...lines.map((row) => textWidth(row[column] ?? ''))))
  return lines
    .map(
      (row) =>
        `${row
          .map((cell, column) => padded(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function groupJson({ firstAt, lastAt, ...group }: LetterGroup): string {
  return `${JSON.stringify({ ...group, firstAt: timeText(firstAt), lastAt: timeText(lastAt) })}\n`
}

function letterJson({ key, value, failedAt, ...letter }: Letter): string {
  return `${JSON.stringify({ ...letter, failedAt: timeText(failedAt), key: bytesJson(key), value: bytesJson(value) })}\n`
}

/** As text where it is one, else as base64. */
function bytesJson(bytes: Uint8Array | null): object | null {
  if (bytes === null) return null
  const text = textOf(bytes)
  return text === null ? { base64: Buffer.from(bytes).toString('base64') } : { text }
}

function letterText({ table: name, code, message, position, key, value, failedAt }: Letter): string {
  const lines = [
    `${name} at ${position}, ${timeText(failedAt)} UTC`,
    `  ${code}: ${message}`,
    ...(key === null ? [] : [`  key    ${bytesText(key)}`]),
    `  value  ${value === null ? 'none' : bytesText(value)}`,
  ]
  return `${lines.map(printable).join('\n')}\n\n`
}

const shownBytesMax = 2000

function bytesText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, shownBytesMax)
  const rest = bytes.length > shownBytesMax ? `… (${bytes.length} bytes)` : ''
  return (textOf(shown) ?? `0x${Buffer.from(shown).toString('hex')}`) + rest
}

/** Null where the bytes are no UTF-8; a character that was cut at the end does no harm. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return null
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}
