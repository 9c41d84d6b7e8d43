import type { Cursor } from '../cursor.ts'
import type { NameKind } from '../probe.ts'
import type { Name, ShowLike, ShowSubject, Statement } from '../tree.ts'
import { parseName, parseString } from './names.ts'
import { parseOther } from './other.ts'
import { parsePartition } from './partitions.ts'

interface SubjectForm {
  readonly subject: ShowSubject
  readonly words: readonly string[]
  /** Whether a name follows: after FROM or IN, as one that must be there, or directly. */
  readonly name?: readonly ['from' | 'from-required' | 'direct', NameKind]
}

const forms: readonly SubjectForm[] = [
  { subject: 'catalogs', words: ['CATALOGS'] },
  { subject: 'databases', words: ['DATABASES'], name: ['from', 'catalog'] },
  { subject: 'tables', words: ['TABLES'], name: ['from', 'database'] },
  { subject: 'views', words: ['VIEWS'], name: ['from', 'database'] },
  { subject: 'functions', words: ['FUNCTIONS'], name: ['from', 'database'] },
  { subject: 'user-functions', words: ['USER', 'FUNCTIONS'], name: ['from', 'database'] },
  { subject: 'connections', words: ['CONNECTIONS'], name: ['from', 'database'] },
  { subject: 'columns', words: ['COLUMNS'], name: ['from-required', 'table'] },
  { subject: 'procedures', words: ['PROCEDURES'], name: ['from', 'database'] },
  { subject: 'models', words: ['MODELS'], name: ['from', 'database'] },
  { subject: 'modules', words: ['MODULES'] },
  { subject: 'full-modules', words: ['FULL', 'MODULES'] },
  { subject: 'jars', words: ['JARS'] },
  { subject: 'jobs', words: ['JOBS'] },
  { subject: 'current-catalog', words: ['CURRENT', 'CATALOG'] },
  { subject: 'current-database', words: ['CURRENT', 'DATABASE'] },
  { subject: 'create-table', words: ['CREATE', 'TABLE'], name: ['direct', 'table'] },
  { subject: 'create-view', words: ['CREATE', 'VIEW'], name: ['direct', 'view'] },
  { subject: 'create-connection', words: ['CREATE', 'CONNECTION'], name: ['direct', 'connection'] },
  { subject: 'create-catalog', words: ['CREATE', 'CATALOG'], name: ['direct', 'catalog'] },
  { subject: 'partitions', words: ['PARTITIONS'], name: ['direct', 'table'] },
]

/** Takes SHOW and what it shows. */
export function parseShow(cursor: Cursor): Statement {
  const first = cursor.expectWord('SHOW')
  const form = forms.find(({ words }) => cursor.takeWord(...words))
  if (form === undefined) {
    if (cursor.isWord('CREATE')) return parseOther(cursor, first, `SHOW CREATE ${cursor.peek(1).text}`)
    const hint = cursor.isWord('SCHEMAS') ? 'Flink SQL calls a schema a database: SHOW DATABASES.' : undefined
    throw cursor.failure('what to show, as in SHOW TABLES', hint)
  }
  const name = takeSubjectName(cursor, form)
  const partition = form.subject === 'partitions' && cursor.takeWord('PARTITION') ? parsePartition(cursor) : []
  const like = takeLike(cursor)
  return { kind: 'show', subject: form.subject, ...(name && { name }), ...(like && { like }), partition, position: cursor.placeFrom(first) }
}

function takeSubjectName(cursor: Cursor, form: SubjectForm): Name | undefined {
  if (form.name === undefined) return undefined
  const [place, kind] = form.name
  if (place === 'direct') return parseName(cursor, kind)
  if (cursor.takeOneOf(['FROM', 'IN']) !== undefined) return parseName(cursor, kind)
  if (place === 'from-required') throw cursor.failure('FROM and a table')
  return undefined
}

function takeLike(cursor: Cursor): ShowLike | undefined {
  const first = cursor.token
  const found = cursor.takeOneOf(['LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE'])
  if (found === undefined) return undefined
  const pattern = parseString(cursor, 'a pattern in quotes').value
  const operator = found.endsWith('ILIKE') ? 'ilike' : 'like'
  return { kind: 'show-like', operator, negated: found.startsWith('NOT'), pattern, position: cursor.placeFrom(first) }
}
