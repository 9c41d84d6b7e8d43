import { unreachable } from '#base'
import type { CreateFunction, Describe, Drop, Explain, Insert, PartitionValue, Show, Statement, Use } from '../tree.ts'
import { unparseAlterTable, unparseCreateTable } from './create-table.ts'
import { unparseExpression, unparseQuery } from './expression.ts'
import { unparseHints } from './hint.ts'
import { unparseIdentifier, unparseName, unparseNames, unparseString, words } from './name.ts'
import { unparseComment, unparseKeys, unparseOptions } from './options.ts'

/**
 * Writes a statement as canonical Flink SQL, without a semicolon: keywords in upper case, one spelling for each thing,
 * names in backticks where they had or need them. Parsed again, it gives the same tree.
 */
export function unparse(statement: Statement): string {
  switch (statement.kind) {
    case 'query-statement':
      return unparseQuery(statement.query, '\n')
    case 'insert':
      return unparseInsert(statement)
    case 'statement-set':
      return `EXECUTE STATEMENT SET BEGIN\n${statement.statements.map((insert) => `${unparseInsert(insert)};\n`).join('')}END`
    case 'create-table':
      return unparseCreateTable(statement)
    case 'alter-table':
      return unparseAlterTable(statement)
    case 'create-function':
      return unparseCreateFunction(statement)
    case 'drop':
      return unparseDrop(statement)
    case 'explain':
      return unparseExplain(statement)
    case 'describe':
      return unparseDescribe(statement)
    case 'show':
      return unparseShow(statement)
    case 'use':
      return unparseUse(statement)
    case 'set':
      if (statement.key === undefined) return 'SET'
      return `SET ${unparseString(statement.key)} = ${unparseString(statement.value ?? '')}`
    case 'reset':
      return words('RESET', statement.key !== undefined && unparseString(statement.key))
    case 'other-statement':
      return statement.text
    default:
      return unparseDefinition(statement)
  }
}

type Definition = Extract<
  Statement,
  {
    kind:
      | 'create-view'
      | 'create-catalog'
      | 'create-database'
      | 'create-connection'
      | 'alter-view'
      | 'alter-function'
      | 'alter-catalog'
      | 'alter-database'
      | 'alter-connection'
  }
>

function unparseDefinition(statement: Definition): string {
  switch (statement.kind) {
    case 'create-view': {
      const columns = statement.columns.map(({ name, comment }) => words(unparseIdentifier(name), unparseComment(comment)))
      const head = words(
        'CREATE',
        statement.orReplace && 'OR REPLACE',
        statement.orAlter && 'OR ALTER',
        statement.temporary && 'TEMPORARY',
        'VIEW',
        statement.ifNotExists && 'IF NOT EXISTS',
        unparseName(statement.name),
        columns.length > 0 && `(${columns.join(', ')})`,
        unparseComment(statement.comment),
        'AS',
      )
      return `${head}\n${unparseQuery(statement.query, '\n')}`
    }
    case 'create-catalog':
    case 'create-database': {
      const name = statement.kind === 'create-catalog' ? unparseIdentifier(statement.name) : unparseName(statement.name)
      const what = statement.kind === 'create-catalog' ? 'CREATE CATALOG' : 'CREATE DATABASE'
      const options = statement.options.length > 0 && `WITH ${unparseOptions(statement.options)}`
      return words(what, statement.ifNotExists && 'IF NOT EXISTS', name, unparseComment(statement.comment), options)
    }
    case 'create-connection': {
      const head = words('CREATE', statement.temporary && 'TEMPORARY', 'CONNECTION', statement.ifNotExists && 'IF NOT EXISTS')
      return words(head, unparseName(statement.name), unparseComment(statement.comment), `WITH ${unparseOptions(statement.options)}`)
    }
    case 'alter-view': {
      const { query, renameTo } = statement
      const change = query === undefined ? renameTo && `RENAME TO ${unparseName(renameTo)}` : `AS\n${unparseQuery(query, '\n')}`
      return words('ALTER VIEW', statement.ifExists && 'IF EXISTS', unparseName(statement.name), change)
    }
    case 'alter-function': {
      const kind = words(statement.temporary && 'TEMPORARY', statement.system && 'SYSTEM', 'FUNCTION')
      const name = unparseName(statement.name)
      const language = statement.language && `LANGUAGE ${statement.language}`
      return words(`ALTER ${kind}`, statement.ifExists && 'IF EXISTS', name, 'AS', unparseString(statement.className.value), language)
    }
    case 'alter-catalog': {
      const set = statement.options && `SET ${unparseOptions(statement.options)}`
      const reset = statement.reset && `RESET ${unparseKeys(statement.reset)}`
      return words('ALTER CATALOG', unparseIdentifier(statement.name), set, reset, unparseComment(statement.comment))
    }
    case 'alter-database':
      return `ALTER DATABASE ${unparseName(statement.name)} SET ${unparseOptions(statement.options)}`
    case 'alter-connection': {
      const { options, reset, comment, renameTo } = statement
      const change = [options && `SET ${unparseOptions(options)}`, reset && `RESET ${unparseKeys(reset)}`, unparseComment(comment)]
      const name = unparseName(statement.name)
      return words('ALTER CONNECTION', statement.ifExists && 'IF EXISTS', name, ...change, renameTo && `RENAME TO ${unparseName(renameTo)}`)
    }
    default:
      return unreachable(statement)
  }
}

function unparseInsert(insert: Insert): string {
  const head = words(
    insert.overwrite ? 'INSERT OVERWRITE' : 'INSERT INTO',
    unparseName(insert.target),
    ...unparseHints(insert.hints),
    insert.partition.length > 0 && `PARTITION ${unparsePartition(insert.partition)}`,
    insert.columns.length > 0 && unparseNames(insert.columns),
  )
  const end = insert.onConflict === undefined ? '' : `\nON CONFLICT DO ${insert.onConflict.action}`
  return `${head}\n${unparseQuery(insert.query, '\n')}${end}`
}

function unparsePartition(values: readonly PartitionValue[]): string {
  const texts = values.map(({ column, value }) => unparseIdentifier(column) + (value === undefined ? '' : ` = ${unparseExpression(value)}`))
  return `(${texts.join(', ')})`
}

function unparseCreateFunction(statement: CreateFunction): string {
  const resources = statement.resources.map(({ type, path }) => `${type} ${unparseString(path.value)}`)
  return words(
    'CREATE',
    statement.temporary && 'TEMPORARY',
    statement.system && 'SYSTEM',
    'FUNCTION',
    statement.ifNotExists && 'IF NOT EXISTS',
    unparseName(statement.name),
    `AS ${unparseString(statement.className.value)}`,
    statement.language && `LANGUAGE ${statement.language}`,
    resources.length > 0 && `USING ${resources.join(', ')}`,
  )
}

function unparseDrop(statement: Drop): string {
  return words(
    'DROP',
    statement.temporary && 'TEMPORARY',
    statement.system && 'SYSTEM',
    statement.object.toUpperCase(),
    statement.ifExists && 'IF EXISTS',
    unparseName(statement.name),
    statement.behavior?.toUpperCase(),
  )
}

function unparseExplain({ details, statement }: Explain): string {
  const isSet = statement.kind === 'statement-set'
  return words('EXPLAIN', details.join(', '), isSet ? unparse(statement).replace('EXECUTE ', '') : unparse(statement))
}

function unparseDescribe({ object, extended, name }: Describe): string {
  return words('DESCRIBE', object !== 'table' && object.toUpperCase(), extended && 'EXTENDED', unparseName(name))
}

function unparseShow({ subject, name, like, partition }: Show): string {
  const isDirect = subject.startsWith('create-') || subject === 'partitions'
  return words(
    'SHOW',
    subject.toUpperCase().replace('-', ' '),
    name && (isDirect ? unparseName(name) : `FROM ${unparseName(name)}`),
    partition.length > 0 && `PARTITION ${unparsePartition(partition)}`,
    like && `${like.negated ? 'NOT ' : ''}${like.operator.toUpperCase()} ${unparseString(like.pattern)}`,
  )
}

function unparseUse({ object, names }: Use): string {
  return words('USE', object !== 'database' && object.toUpperCase(), names.map(unparseName).join(', '))
}
