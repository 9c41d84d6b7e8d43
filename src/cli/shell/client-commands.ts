/** What the shell itself understands, besides statements. */

export type ClientCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'clear' }
  /** A command line for the system's shell. */
  | { readonly kind: 'system'; readonly line: string }
  /** A script to run. */
  | { readonly kind: 'source'; readonly path: string }
  /** A statement that is shorter to type this way. */
  | { readonly kind: 'statement'; readonly text: string }

/** The command that a text stands for; undefined when it is SQL. */
export function clientCommand(text: string): ClientCommand | undefined {
  const line = text.trim()
  if (line.startsWith('!')) return { kind: 'system', line: line.slice(1).replace(/;$/, '').trim() }
  const bare = line.replace(/\s*;$/, '')
  switch (bare.toLowerCase()) {
    case 'help':
    case '?':
    case '\\?':
    case '\\h':
      return { kind: 'help' }
    case 'quit':
    case 'exit':
    case '\\q':
      return { kind: 'quit' }
    case 'clear':
    case '\\c':
      return { kind: 'clear' }
    case '\\d':
    case '\\dt':
      return { kind: 'statement', text: 'SHOW TABLES;' }
    case '\\dv':
      return { kind: 'statement', text: 'SHOW VIEWS;' }
    case '\\df':
      return { kind: 'statement', text: 'SHOW FUNCTIONS;' }
    default:
      return withArgument(bare)
  }
}

function withArgument(bare: string): ClientCommand | undefined {
  const [, command, argument = ''] = /^(\\[a-z]+|source)\s+(.+)$/is.exec(bare) ?? []
  if (command === undefined) return undefined
  if (command === '\\d') return { kind: 'statement', text: `DESCRIBE ${argument};` }
  if (command === '\\i' || command.toLowerCase() === 'source') return { kind: 'source', path: argument.replace(/^'(.*)'$/s, '$1').trim() }
  return undefined
}

export const shellHelp = `Statements end with ";" and may span lines.

  SELECT, INSERT, EXPLAIN, DESCRIBE, SHOW …   as in Apache Flink
  SET 'key' = 'value';                        sets a configuration key; SET; lists them
  SET 'sql-client.execution.result-mode' = 'table';
                                              how rows of a SELECT are shown: table fills the screen
                                              while they change, changelog shows each change, tableau
                                              prints below the statement

  help                   this text            \\d   \\d name           tables; columns of one
  clear                  empties the screen   \\dv  \\df               views; functions
  quit, exit, Ctrl-D     leaves               \\i FILE, source FILE   runs a script
  !command               runs a command of the system

Keys: Tab completes · ↑ ↓ history · Ctrl-R searches it · Alt-Return starts a line
      Ctrl-A/E start and end of line · Ctrl-W/U/K delete · Ctrl-Y puts back · Ctrl-C drops the input or stops the run
`
