/** Colours for people; none where the reader is a program. */
import { styleText } from 'node:util'

type Ink = (text: string) => string

export interface Paint {
  readonly error: Ink
  readonly hint: Ink
  readonly strong: Ink
  readonly quiet: Ink
  readonly title: Ink
  readonly good: Ink
  readonly warning: Ink
  /** A line that stands out against all others, such as a status bar. */
  readonly bar: Ink
}

const plain: Ink = (text) => text
export const plainPaint: Paint = {
  error: plain,
  hint: plain,
  strong: plain,
  quiet: plain,
  title: plain,
  good: plain,
  warning: plain,
  bar: plain,
}

function ink(...format: Parameters<typeof styleText>[0][]): Ink {
  return (text) => (text === '' ? '' : format.reduce((done: string, each) => styleText(each, done, { validateStream: false }), text))
}

const colourPaint: Paint = {
  error: ink('red', 'bold'),
  hint: ink('cyan'),
  strong: ink('bold'),
  quiet: ink('dim'),
  title: ink('cyan', 'bold'),
  good: ink('green'),
  warning: ink('yellow'),
  bar: ink('inverse'),
}

/** Colours on a terminal, unless the variables of the environment say otherwise (no-color.org, FORCE_COLOR). */
export function paintFor(isTerminal: boolean, variables: Readonly<Record<string, string | undefined>>): Paint {
  if ((variables['NO_COLOR'] ?? '') !== '') return plainPaint
  const forced = variables['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced === '0' || forced === 'false' ? plainPaint : colourPaint
  return isTerminal && variables['TERM'] !== 'dumb' ? colourPaint : plainPaint
}
