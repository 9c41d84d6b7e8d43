/** Errors as people read them in a terminal. */
import { MillraceError, printable, withoutGivenSecrets } from '#base'
import { formatPosition } from '#sql'
import { exitStatus, type ReportEnvironment } from './environment.ts'
import { isUsageError } from './errors.ts'
import { type Paint, plainPaint } from './output/paint.ts'

/** Where the statement came from. */
export interface ErrorSource {
  /** File name, or `<stdin>`; empty where the text was just typed. */
  readonly name: string
  readonly text: string
}

export interface RenderOptions {
  readonly source?: ErrorSource | undefined
  readonly paint?: Paint
  /** Whether to show where in Millrace an error of ours was born. */
  readonly trace?: boolean
}

/** Message, place with a caret, detail and hint. An error of ours shows no more than its code and message. */
export function renderError(error: unknown, options: RenderOptions = {}): string {
  return withoutGivenSecrets(renderedError(error, options))
}

function renderedError(error: unknown, { source, paint = plainPaint, trace = false }: RenderOptions): string {
  const stack = trace && error instanceof Error ? `${error.stack ?? ''}\n` : ''
  if (!(error instanceof MillraceError)) {
    const message = error instanceof Error ? error.message : String(error)
    return `${paint.error('error:')} ${printable(message)}\nThis is a defect in Millrace. Set MILLRACE_TRACE=1 to see where it happened.\n${stack}`
  }
  const lines = [`${paint.error('error:')} ${paint.strong(printable(error.message))}`]
  if (error.position !== undefined && source !== undefined) {
    if (source.name !== '') lines.push(paint.quiet(`  at ${printable(source.name)}:${error.position.line}:${error.position.column}`))
    const excerpt = formatPosition(source.text, error)
    if (excerpt !== '') lines.push(excerpt)
  }
  if (error.detail !== undefined) lines.push(...error.detail.split('\n').map((line) => `  ${printable(line)}`))
  if (error.hint !== undefined) lines.push(`  ${paint.hint('hint:')} ${printable(error.hint)}`)
  lines.push(paint.quiet(`  code: ${error.code}`))
  return `${lines.join('\n')}\n${error.blame === 'internal' ? stack : ''}`
}

/** Shows all errors of a run, one or several in an AggregateError; gives the exit status. */
export function noteErrors(error: unknown, source: ErrorSource | undefined, { screen, variables }: ReportEnvironment): number {
  const trace = variables['MILLRACE_TRACE'] === '1'
  for (const each of error instanceof AggregateError ? error.errors : [error]) {
    screen.note(renderError(each, { source, paint: screen.paint, trace }))
  }
  return exitStatusOf(error)
}

/** The exit status that tells scripts whose fault it was. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof AggregateError) return Math.max(...error.errors.map(exitStatusOf))
  if (!(error instanceof MillraceError)) return exitStatus.ours
  if (isUsageError(error)) return exitStatus.usage
  switch (error.blame) {
    case 'user':
      return exitStatus.statement
    case 'external':
      return exitStatus.outside
    case 'internal':
      return exitStatus.ours
  }
}
