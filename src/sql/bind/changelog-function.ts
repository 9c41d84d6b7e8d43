/**
 * TO_CHANGELOG, whose rows are the changes of a table, and FROM_CHANGELOG, whose changes are the rows of a table:
 *
 *     TO_CHANGELOG(input => TABLE t, op => DESCRIPTOR(kind), op_mapping => MAP['INSERT, UPDATE_AFTER', 'put', 'DELETE', 'drop'])
 *     FROM_CHANGELOG(input => TABLE t, op => DESCRIPTOR(kind), op_mapping => MAP['create, read', 'INSERT', 'drop', 'DELETE'])
 */
import { suggestion, type TextPosition } from '#base'
import { familyOf, printType, withNullable } from '#data'
import { type ChangeCode, type ChangeName, type Relation, referTo, schemaOf, tableFunctions } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { originOf } from './call.ts'
import type { BindContext, Rows, Surroundings } from './context.ts'
import { changelogErrors } from './errors.ts'
import { columnNamed, extended, namesOf, uniqueName } from './names.ts'
import { columnSuggestion } from './scope.ts'
import { argumentsByName, bindTableArgument, type TableUser } from './table-argument.ts'
import { checkTimeColumn } from './time-column.ts'

type ChangelogName = keyof typeof tableFunctions

const users: Readonly<Record<ChangelogName, TableUser>> = {
  TO_CHANGELOG: {
    name: 'TO_CHANGELOG',
    usage: tableFunctions.TO_CHANGELOG.usage,
    parameters: ['input', 'op', 'op_mapping', 'on_time', 'uid'],
  },
  FROM_CHANGELOG: {
    name: 'FROM_CHANGELOG',
    usage: tableFunctions.FROM_CHANGELOG.usage,
    parameters: ['input', 'op', 'op_mapping', 'uid'],
  },
}

export function changelogNameOf(call: tree.Call): ChangelogName | null {
  const name = call.name.parts.length === 1 ? call.name.parts[0]?.text.toUpperCase() : undefined
  return name === 'TO_CHANGELOG' || name === 'FROM_CHANGELOG' ? name : null
}

export function bindChangelogFunction(call: tree.Call, name: ChangelogName, surroundings: Surroundings, context: BindContext): Rows {
  const user = users[name]
  const args = argumentsByName(call, user)
  const input = args?.get('INPUT')
  if (args === null || input === undefined) {
    throw sqlErrors.SQL_ARGUMENT_COUNT(
      { function: name, expected: `1 to ${user.parameters.length} arguments`, got: call.arguments.length },
      { position: call.position, hint: `Write ${user.usage}.` },
    )
  }
  const { rows, partitionBy } = bindTableArgument(input, user, surroundings, context)
  if (partitionBy[0] !== undefined) throw changelogErrors.SQL_CHANGELOG_PARTITION({ function: name }, { position: partitionBy[0].position })
  const op = oneColumn(args.get('OP'), 'op', user)
  const mapping = args.get('OP_MAPPING')
  checkUid(args.get('UID'))
  const codes = mapping === undefined || mapping.kind === 'default-argument' ? ownNames : codesOf(mapping, user)
  if (name === 'FROM_CHANGELOG') return fromChangelog(rows, op, codes, call)
  return toChangelog(withTime(rows, oneColumn(args.get('ON_TIME'), 'on_time', user)), op, codes, call)
}

const changes: readonly ChangeName[] = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE']
const ownNames: readonly ChangeCode[] = changes.map((change) => ({ code: change, change }))

/** The column that a DESCRIPTOR names; null where it is left out. */
function oneColumn(argument: tree.Argument | undefined, parameter: string, { name, usage }: TableUser): tree.Identifier | null {
  if (argument === undefined || argument.kind === 'default-argument') return null
  const column = argument.kind === 'descriptor' && argument.columns.length === 1 ? argument.columns[0] : undefined
  if (column !== undefined) return column
  throw changelogErrors.SQL_CHANGELOG_DESCRIPTOR({ function: name, parameter }, { position: argument.position, hint: `Write ${usage}.` })
}

/** The name of the state of the function in Flink; here it keeps none. */
function checkUid(argument: tree.Argument | undefined): void {
  if (argument === undefined || argument.kind === 'default-argument') return
  if (argument.kind === 'string-literal' && /^[a-zA-Z_][a-zA-Z_0-9-]*$/.test(argument.value)) return
  throw changelogErrors.SQL_CHANGELOG_UID({}, { position: argument.position })
}

/** Both ways of writing a mapping as codes: the changes are its keys in TO_CHANGELOG, and its values in FROM_CHANGELOG. */
function codesOf(mapping: tree.Argument, user: TableUser): readonly ChangeCode[] {
  const isTo = user.name === 'TO_CHANGELOG'
  const known: ChangeCode[] = []
  for (const [key, value] of pairsOf(mapping, user)) {
    const names = isTo ? parted(key.value) : [value.value.trim()]
    const codes = isTo ? [value.value] : parted(key.value)
    for (const name of names) {
      const change = changeNamed(name, isTo ? key.position : value.position)
      if (known.some((each) => each.change === change)) {
        const hint = isTo ? 'Give each kind of change one code.' : "Write all codes of a kind in one key, as in MAP['c, r', 'INSERT']."
        throw changelogErrors.SQL_CHANGELOG_CHANGE_TWICE({ change }, { position: isTo ? key.position : value.position, hint })
      }
      for (const [index, code] of codes.entries()) {
        if (!isTo && (codes.indexOf(code) < index || known.some((each) => each.code === code)))
          throw changelogErrors.SQL_CHANGELOG_CODE_TWICE({ code }, { position: key.position })
      }
      known.push(...codes.map((code) => ({ code, change })))
    }
  }
  return known
}

function pairsOf(mapping: tree.Argument, { name, usage }: TableUser): [tree.StringLiteral, tree.StringLiteral][] {
  const refused = () => changelogErrors.SQL_CHANGELOG_MAPPING({ function: name }, { position: mapping.position, hint: `Write ${usage}.` })
  if (mapping.kind !== 'collection' || mapping.collection !== 'map' || mapping.items.length % 2 !== 0) throw refused()
  const texts = mapping.items.map((element) => {
    if (element.kind !== 'string-literal') throw refused()
    return element
  })
  return texts.flatMap((key, index): [tree.StringLiteral, tree.StringLiteral][] => {
    const value = texts[index + 1]
    return index % 2 === 0 && value !== undefined ? [[key, value]] : []
  })
}

/** The parts between commas, without the blanks around them; empty ones at the end do not count. */
function parted(text: string): string[] {
  return text
    .replace(/(?<=[^,]),+$/, '')
    .split(',')
    .map((part) => part.trim())
}

function changeNamed(name: string, position: TextPosition): ChangeName {
  const found = changes.find((change) => change === name)
  if (found !== undefined) return found
  throw changelogErrors.SQL_CHANGELOG_CHANGE({ name }, { position, ...suggestion(name, changes, 'kinds of change') })
}

/** The rows with a column `rowtime` behind the others, which is the time column named. */
function withTime(rows: Rows, wanted: tree.Identifier | null): Rows {
  if (wanted === null) return rows
  const column = columnOfTable(rows, wanted, 'TO_CHANGELOG')
  checkTimeColumn(column, wanted.text, 'The argument on_time of TO_CHANGELOG', wanted.position)
  const name = uniqueName('rowtime', namesOf(schemaOf(rows.relation)))
  const relation = extended(rows.relation, [{ name, value: referTo(column) }])
  return { relation, columns: [...rows.columns, { name: 'rowtime', column: { ...column, name } }] }
}

function columnOfTable({ relation, columns }: Rows, { text, position }: tree.Identifier, name: ChangelogName) {
  const found = columns.find((column) => column.name === text)
  if (found !== undefined) return columnNamed(relation, found.column.name) ?? found.column
  const known = columns.map((column) => column.name)
  throw sqlErrors.SQL_COLUMN_NOT_FOUND({ column: text, owner: `the table of ${name}` }, { position, ...columnSuggestion(text, known) })
}

function toChangelog(rows: Rows, wanted: tree.Identifier | null, codes: readonly ChangeCode[], call: tree.Call): Rows {
  const name = wanted?.text ?? 'op'
  if (rows.columns.some((column) => column.name === name)) {
    throw changelogErrors.SQL_CHANGELOG_OP_TAKEN({ column: name }, { position: wanted?.position ?? call.position })
  }
  const input = rows.relation
  const relation: Relation = { kind: 'to-changelog', input, op: uniqueName(name, namesOf(schemaOf(input))), codes }
  const [added, ...others] = schemaOf(relation)
  const columns = rows.columns.map((each) => ({ ...each, column: others.find((other) => other.name === each.column.name) ?? each.column }))
  return { relation, columns: added === undefined ? columns : [{ name, column: added }, ...columns] }
}

function fromChangelog(rows: Rows, wanted: tree.Identifier | null, codes: readonly ChangeCode[], call: tree.Call): Rows {
  const { position } = wanted ?? call
  const column = columnOfTable(rows, wanted ?? { kind: 'identifier', text: 'op', quoted: false, position }, 'FROM_CHANGELOG')
  if (familyOf(column.type) !== 'text') {
    const type = printType(withNullable(column.type, true))
    throw changelogErrors.SQL_CHANGELOG_OP_TYPE({ column: wanted?.text ?? 'op', type }, { position })
  }
  const has = (change: ChangeName) => codes.some((each) => each.change === change)
  if (has('UPDATE_AFTER') && !has('UPDATE_BEFORE')) throw changelogErrors.SQL_CHANGELOG_BEFORE_MISSING({}, { position: call.position })
  const relation: Relation = { kind: 'from-changelog', input: rows.relation, op: column.name, codes, origin: originOf(call.position) }
  return { relation, columns: rows.columns.filter((each) => each.column.name !== column.name) }
}
