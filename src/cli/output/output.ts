/** How the answers of a script are written: one file per format. */
import type { StatementListener } from '#query'
import type { Screen } from './screen.ts'

export const outputFormats = ['table', 'json', 'changelog', 'csv'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** What a format needs to know. */
export interface OutputContext {
  readonly screen: Screen
  /** Zone in which local time stamps are printed; asked for when rows are printed, since a script may set it. */
  readonly timeZone: () => string
}

export interface Output extends StatementListener {
  /** What the answer looks like so far, as lines that fit the screen; for display while it still changes. */
  preview?(width: number, height: number): readonly string[]
}

export type OutputFactory = (context: OutputContext) => Output
