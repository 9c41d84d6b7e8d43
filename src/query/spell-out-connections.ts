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
export class NamedConnections {
  #options = new Map<string, Options>()
  #current: readonly [catalog: string, database: string] = ['default_catalog', 'default_database']

  copy(): NamedConnections {
    const copy = new NamedConnections()
    copy.#options = new Map(this.#options)
    copy.#current = this.#current
    return copy
  }

  readScript(script: string): string {
    let text = ''
    let from = 0
    for (const statement of statementsIn(script)) {
      text += script.slice(from, statement.start) + this.read(statement.text)
      from = statement.start + statement.text.length
    }
    return text + script.slice(from)
  }

  /** The text of a statement, without the connection that it uses; empty where nothing is left. Fails on what takes more than names. */
  read(text: string): string {
    if (!/\b(?:CONNECTIONS?|USE)\b/i.test(text)) return text
    const { statements, diagnostics } = parseScript(text)
    const [statement] = statements
    if (statement === undefined || diagnostics.length > 0) return text
    const { start, end } = statement.position
    switch (statement.kind) {
      case 'use':
        this.#use(statement)
        return text
      case 'create-connection': {
        const key = this.#keyOf(statement.name)
        if (!statement.ifNotExists || !this.#options.has(key)) this.#options.set(key, optionsOf(statement.options))
        // The semicolon goes as well: nothing is left that could end.
        return ''
      }
      case 'drop':
        if (statement.object !== 'connection') return text
        // Tables that use it have its options by now.
        if (!this.#options.delete(this.#keyOf(statement.name)) && !statement.ifExists) throw this.#notFound(statement.name)
        return ''
      case 'alter-connection':
      case 'show':
      case 'describe':
        if (!isOfConnections(statement)) return text
        throw queryErrors.QUERY_CONNECTION_ELSEWHERE()
      case 'create-table': {
        const { connection, ...table } = statement
        return connection === undefined ? text : text.slice(0, start) + unparse(this.#spelledOut(table, connection)) + text.slice(end)
      }
      default:
        return text
    }
  }

  #spelledOut(table: Omit<CreateTable, 'connection'>, name: Name): CreateTable {
    const shared = this.#options.get(this.#keyOf(name))
    const own = optionsOf(table.options)
    const written = writtenOf(name)
    if (shared === undefined) throw this.#notFound(name)
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

  #notFound(name: Name): Error {
    const connection = writtenOf(name)
    const known = [...this.#options.keys()].map((key) => key.split('\u0000').at(-1) ?? '')
    return queryErrors.QUERY_CONNECTION_NOT_FOUND({ connection }, suggestion(connection, known, 'connections'))
  }

  #keyOf({ parts }: Name): string {
    const [catalog, database] = this.#current
    const [last = '', second = database, first = catalog] = parts.map(({ text }) => text).toReversed()
    return [first, second, last].join('\u0000')
  }

  #use({ object, names: [name] }: Extract<Statement, { kind: 'use' }>): void {
    const [first, second] = (name?.parts ?? []).map(({ text }) => text)
    if (first === undefined || object === 'modules') return
    if (object === 'catalog') this.#current = [first, 'default_database']
    else this.#current = second === undefined ? [this.#current[0], first] : [first, second]
  }
}

/** Whether it changes a connection, or asks for one. */
function isOfConnections(statement: Extract<Statement, { kind: 'alter-connection' | 'show' | 'describe' }>): boolean {
  if (statement.kind === 'show') return statement.subject === 'connections' || statement.subject === 'create-connection'
  return statement.kind === 'alter-connection' || statement.object === 'connection'
}

function writtenOf({ parts }: Name): string {
  return parts.map(({ text }) => text).join('.')
}

function optionsOf(options: CreateTable['options']): Options {
  return Object.fromEntries(options.map(({ key, value }) => [key.value, value.value]))
}
