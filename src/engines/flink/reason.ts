/** What is useful of a stack of causes as Flink tells them: the last one, and where in the statement it is. */

export interface UsefulReason {
  /** One line. */
  readonly reason: string
  /** The other lines of that cause. */
  readonly detail?: string | undefined
  /** In the statement. */
  readonly position?: { readonly start: number; readonly end: number; readonly line: number; readonly column: number } | undefined
}

const causeMark = 'Caused by: '
/** The text of such a cause is the name of the class, and nothing else. */
const missingClass = /^java\.lang\.(?:ClassNotFoundException|NoClassDefFoundError): ([\w.$/]+)$/m
const stackLine = /^\s*(?:at |\.\.\. \d+ more)/
const ours = /^line (\d+), column (\d+): /
const range = /[Ff]rom line (\d+), column (\d+) to line \d+, column \d+/
const spot = /at line (\d+), column (\d+)/

/** `text`: all that the gateway said. */
export function usefulReason(text: string): UsefulReason {
  const whole = text.replace(/\s*End of exception on server side>[\s\S]*$/, '')
  const at = whole.lastIndexOf(causeMark)
  const last = at < 0 ? whole : whole.slice(at + causeMark.length)
  const lines = last
    // A server that asked another one tells what that one said.
    .replace(/^[\s\S]*<Exception on server side:\n/, '')
    .replace(missingClass, (_cause, name: string) => `class ${name.replaceAll('/', '.')} is not there`)
    .replace(/^[\w.$]+(?:Exception|Error): /, '')
    .split('\n')
    .filter((line) => !stackLine.test(line) && line.trim() !== '')
  const [first = 'no reason was given', ...others] = lines
  const place = ours.exec(first) ?? range.exec(whole) ?? spot.exec(whole)
  const [, line = '', column = ''] = place ?? []
  return {
    reason: first.replace(ours, '').trim(),
    detail: others.length === 0 ? undefined : others.join('\n').trim(),
    // Offsets are found by who has the text.
    position: place === null ? undefined : { start: -1, end: -1, line: Number(line), column: Number(column) },
  }
}

/** The causes of a stack, the outermost first: the first line of each, without the names of its classes. Neighbours that say the same are one. */
export function causesIn(text: string): readonly string[] {
  const lines = text.split(causeMark).map((cause) => usefulReason(cause).reason)
  return lines.filter((line, index) => !lines.slice(index + 1, index + 2).some((next) => next === line || line.endsWith(`: ${next}`)))
}
