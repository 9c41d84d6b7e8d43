/**
 * Scripts and kept tables for engines that know no connections, as releases of Flink do not yet: a table that uses one is written with
 * the options of both. What our parser cannot read is left as it is, for the engine to judge.
 */
import { suggestion } from '#base'
import type { KeptObjects } from '#catalog'
import { conflictingOption } from '#plan'
import { parseScript, type Statement, unparse } from '#sql'
import { queryErrors } from './errors.ts'
import { statementsIn } from './script-statements.ts'

type CreateTable = Extract<Statement, { kind: 'create-table' }>
type Name = NonNullable<CreateTable['connection']>
type Options = Readonly<Record<string, string>>

export interface SpelledOut {
  readonly script: string
  /** Without connections. */
  readonly kept: KeptObjects
}

export function spellOutConnections(script: string, kept: KeptObjects): SpelledOut {
  const names = new NamedConnections()
  for (const { object, text } of kept) if (object.kind === 'connection') names.read(text)
  const others = kept.filter(({ object }) => object.kind !== 'connection')
  const spelled = others.map((each) => (each.object.kind === 'table' ? { ...each, text: names.read(each.text) } : each))
  return { script: names.readScript(script), kept: spelled }
}

/** The connections that are known at a place of a script. */
class NamedConnections {
  readonly #options = new Map<string, Options>()
  #current: readonly [catalog: string, database: string] = ['default_catalog', 'default_database']

  readScript(script: string): string {
    let text = ''
    let from = 0
    for (const statement of statementsIn(script)) {
      text += script.slice(from, statement.start) + this.read(statement.text)
      from = statement.start + statement.text.length
    }
    return text + script.slice(from)
  }

  /** The text of a statement, without the connection that it makes or uses. */
  read(text: string): string {
    if (!/\b(?:CONNECTION|USE)\b/i.test(text)) return text
    const { statements, diagnostics } = parseScript(text)
    const [statement] = statements
    if (statement === undefined || diagnostics.length > 0) return text
    const { start, end } = statement.position
    switch (statement.kind) {
      case 'use':
        this.#use(statement)
        return text
      case 'create-connection':
        this.#options.set(this.#pathOf(statement.name).join('\u0000'), optionsOf(statement.options))
        // The semicolon goes as well: nothing is left that could end.
        return ''
      case 'create-table': {
        const { connection, ...table } = statement
        return connection === undefined ? text : text.slice(0, start) + unparse(this.#spelledOut(table, connection)) + text.slice(end)
      }
      default:
        return text
    }
  }

  #spelledOut(table: Omit<CreateTable, 'connection'>, name: Name): CreateTable {
    const shared = this.#options.get(this.#pathOf(name).join('\u0000'))
    const own = optionsOf(table.options)
    const written = name.parts.map(({ text }) => text).join('.')
    if (shared === undefined) {
      const known = [...this.#options.keys()].map((key) => key.split('\u0000').at(-1) ?? '')
      throw queryErrors.QUERY_CONNECTION_NOT_FOUND({ connection: written }, suggestion(written, known, 'connections'))
    }
    const key = conflictingOption(own, shared)
    const facts = { key: key ?? '', table: table.name.parts.at(-1)?.text ?? '', connection: written }
    if (key !== undefined) throw queryErrors.QUERY_CONNECTION_OPTION(facts)
    const { position } = name
    const literal = (value: string) => ({ kind: 'string-literal', value, position }) as const
    const options = Object.entries({ ...shared, ...own }).map(
      ([each, value]) => ({ kind: 'option', key: literal(each), value: literal(value), position }) as const,
    )
    return { ...table, options }
  }

  #pathOf({ parts }: Name): readonly [string, string, string] {
    const [catalog, database] = this.#current
    const [last = '', second = database, first = catalog] = parts.map(({ text }) => text).toReversed()
    return [first, second, last]
  }

  #use({ object, names: [name] }: Extract<Statement, { kind: 'use' }>): void {
    const [first, second] = (name?.parts ?? []).map(({ text }) => text)
    if (first === undefined || object === 'modules') return
    if (object === 'catalog') this.#current = [first, 'default_database']
    else this.#current = second === undefined ? [this.#current[0], first] : [first, second]
  }
}

function optionsOf(options: CreateTable['options']): Options {
  return Object.fromEntries(options.map(({ key, value }) => [key.value, value.value]))
}
