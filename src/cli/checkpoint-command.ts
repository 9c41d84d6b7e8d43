/** `millrace checkpoint`: looks at what durable runs keep, and copies it, without running anything. */
import { counted, MillraceError, printable, printBytes, shortened } from '#base'
import type { CheckpointDetails, CheckpointPlace, ListedCheckpoint } from '#query'
import type { CheckpointAction } from './arguments/checkpoint-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { padded, textWidth } from './output/text-width.ts'

export interface CheckpointOptions {
  readonly action: CheckpointAction
  /** A folder or the address of a bucket, as a run was given it. */
  readonly address: string
  /** Its number; null for the newest one, or for all where all are meant. */
  readonly checkpoint: number | null
  /** The place of the statement in its script; null for all of them. */
  readonly statement: number | null
  /** Where to export to. */
  readonly target: string
  readonly json: boolean
}

export async function runCheckpointCommand(options: CheckpointOptions, environment: CliEnvironment): Promise<number> {
  const { address, statement, action } = options
  if (action === 'export' && options.target === '') {
    throw usageErrors.CLI_OPTION_MISSING({ name: '--to', purpose: '"millrace checkpoint export"' })
  }
  const all = await environment.findCheckpoints(address)
  const places = all.filter((place) => statement === null || place.statement === `statement-${statement}` || place.statement === '')
  if (places.length === 0) {
    const names = all.map((place) => place.statement).join(', ')
    throw usageErrors.CLI_STATEMENT_NOT_FOUND({ number: statement ?? 0, place: address }, { detail: `It has ${names}.` })
  }
  const print = async (text: string): Promise<void> => environment.screen.write(text)
  switch (action) {
    case 'list':
      return list(places, options, print)
    case 'show':
      return show(places, options, print)
    case 'verify':
      return verify(places, options, print)
    case 'export':
      return exportAll(places, options, print)
  }
}

type Print = (text: string) => Promise<void>

async function list(places: readonly CheckpointPlace[], { json }: CheckpointOptions, print: Print): Promise<number> {
  const rows: string[][] = [['statement', 'checkpoint', 'taken at (UTC)', 'state', 'note']]
  for (const place of places) {
    for (const { number, found } of await place.list()) {
      if (json) await print(jsonLine(listedJson(place, { number, found })))
      const known = found instanceof MillraceError ? ['?', '?', found.message] : [timeText(found.createdAt), printBytes(found.stateBytes)]
      const note = !(found instanceof MillraceError) && found.finished ? ['the work had ended'] : []
      rows.push([nameOf(place), String(number), ...known, ...note])
    }
  }
  if (!json) await print(columns(rows))
  return exitStatus.done
}

function listedJson({ statement }: CheckpointPlace, { number, found }: ListedCheckpoint): object {
  return found instanceof MillraceError ? { statement, number, error: errorJson(found) } : { statement, ...found }
}

async function show(places: readonly CheckpointPlace[], { json, checkpoint }: CheckpointOptions, print: Print): Promise<number> {
  for (const [index, place] of places.entries()) {
    const details = await place.describe(checkpoint ?? (await newestOf(place)))
    if (json) await print(jsonLine({ statement: place.statement, ...details }))
    else await print(`${index === 0 ? '' : '\n'}${describe(place, details)}`)
  }
  return exitStatus.done
}

function describe(place: CheckpointPlace, details: CheckpointDetails): string {
  const { number, createdAt, finished, stateBytes, sources, parts, sinks, watermarks } = details
  const facts = [`taken at ${timeText(createdAt)} UTC`, `${printBytes(stateBytes)} of state`, ...(finished ? ['the work had ended'] : [])]
  const sections: [title: string, rows: string[][]][] = [
    ['sources', sources.map(({ id, worker, position, ended }) => [id, ofWorker(worker), valueText(position), ended ? 'ended' : ''])],
    ['watermarks', Object.entries(watermarks).map(([id, ms]) => [id, ms === null ? 'none yet' : timeText(new Date(ms).toISOString())])],
    [
      'operators',
      parts.map(({ operator, title, part, entries, bytes }) => [
        operator,
        shortened(title, textMax),
        part,
        counted(entries, 'entry').replace(/entrys$/, 'entries'),
        printBytes(bytes),
      ]),
    ],
    ['sinks', sinks.map(({ id, record }) => [id, valueText(record)])],
  ]
  const body = sections.filter(([, rows]) => rows.length > 0).map(([title, rows]) => `\n${title}\n${columns(rows, '  ')}`)
  return `${nameOf(place)}, checkpoint ${number}: ${facts.join(', ')}\n${body.join('')}`
}

function ofWorker(worker: number | undefined): string {
  return worker === undefined ? '' : `worker ${worker + 1}`
}

async function verify(places: readonly CheckpointPlace[], { json, checkpoint }: CheckpointOptions, print: Print): Promise<number> {
  let files = 0
  let damaged = 0
  for (const place of places) {
    const numbers = checkpoint === null ? (await place.list()).map(({ number }) => number) : [checkpoint]
    for (const { name, checkpoints, bytes, trouble } of await place.verify(numbers)) {
      files += 1
      damaged += trouble === null ? 0 : 1
      const file = place.statement === '' ? name : `${place.statement}/${name}`
      const needed = `needed by ${checkpoints.length === 1 ? 'checkpoint' : 'checkpoints'} ${checkpoints.join(', ')}`
      const reason = trouble === null ? '' : `: ${trouble.message}${trouble.detail === undefined ? '' : `. ${trouble.detail}`}`
      const state = trouble === null ? 'ok' : 'damaged'
      const error = trouble === null ? null : errorJson(trouble)
      await print(json ? jsonLine({ file, checkpoints, bytes, error }) : `${state.padEnd(7)}  ${file}, ${needed}${printable(reason)}\n`)
    }
  }
  if (!json) await print(`${counted(files, 'file')}, ${damaged === 0 ? 'none' : damaged} damaged\n`)
  return damaged === 0 ? exitStatus.done : exitStatus.statement
}

async function exportAll(
  places: readonly CheckpointPlace[],
  { json, checkpoint, target }: CheckpointOptions,
  print: Print,
): Promise<number> {
  for (const place of places) {
    const number = checkpoint ?? (await newestOf(place))
    const copy = await place.exportTo(target, number)
    const line = json ? jsonLine({ statement: place.statement, number, place: copy }) : `${nameOf(place)}, checkpoint ${number}: ${copy}\n`
    await print(line)
  }
  return exitStatus.done
}

/** Copies the newest checkpoint of each statement to a folder of its own below `target`; gives its address. */
export async function takeSavepoint(address: string, target: string, environment: CliEnvironment): Promise<string> {
  const stamp = new Date(environment.clock.nowMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const savepoint = `${target.replace(/\/+$/, '')}/savepoint-${stamp}Z`
  for (const place of await environment.findCheckpoints(address)) await place.exportTo(savepoint, await newestOf(place))
  return savepoint
}

async function newestOf(place: CheckpointPlace): Promise<number> {
  return (await place.list()).at(-1)?.number ?? 0
}

function nameOf({ statement, place }: CheckpointPlace): string {
  return statement === '' ? printable(place) : statement
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function errorJson({ code, message, detail }: MillraceError): object {
  return { code, message, detail: detail ?? null }
}

const textMax = 60
const valueMax = 120

function valueText(value: unknown): string {
  return printable(shortened(JSON.stringify(value) ?? 'none', valueMax))
}

function timeText(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ')
}

/** Rows with two spaces between columns; a column that is empty is left out. */
function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((row) => textWidth(row[column] ?? ''))))
  const shown = widths.flatMap((width, column) => (width === 0 ? [] : [column]))
  const line = (row: readonly string[]): string => shown.map((column) => padded(row[column] ?? '', widths[column] ?? 0)).join('  ')
  return rows.map((row) => `${indent}${line(row)}`.trimEnd() + '\n').join('')
}
