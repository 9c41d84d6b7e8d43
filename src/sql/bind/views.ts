/**
 * The rows of views. A view keeps the text of its query. It is bound when it is first used, and again when something that it reads has
 * changed since: with many views upon one another, whoever uses the last would else bind them all.
 */
import { MillraceError, shortened, type TextPosition } from '#base'
import { type FunctionDefinition, schemaOf, type ViewDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import { formatPosition } from '../syntax/excerpt.ts'
import { parseScript } from '../syntax/script.ts'
import type * as tree from '../syntax/tree.ts'
import { BindContext, type NameUse, noSurroundings, type Rows } from './context.ts'
import type { Environment } from './environment.ts'
import { renamed } from './names.ts'
import { scopeColumns } from './scope.ts'

/** A view as it was bound once. */
interface BoundView {
  readonly rows: Rows
  /** What its names meant then. */
  readonly uses: readonly NameUse[]
  readonly systemFunctions: readonly (FunctionDefinition | undefined)[]
}

const boundViews = new WeakMap<ViewDefinition, BoundView>()

/** The rows of a view that is used under a name. */
export function viewRows(view: ViewDefinition, name: tree.Name, context: BindContext): Rows {
  const { environment, steps, currentViews } = context
  const printed = printedPath(view, environment)
  if (context.viewPath.includes(printed)) throw sqlErrors.SQL_VIEW_CIRCULAR({ view: printed }, { position: name.position })
  const known = boundViews.get(view)
  if (known !== undefined && isCurrent(view, context)) return known.rows
  const inner = new BindContext(environment, steps, {
    viewPath: [...context.viewPath, printed],
    currentViews,
    view: { name: printed, text: view.query },
  })
  try {
    const rows = withNames(steps.query(parseView(view, printed), { ...noSurroundings, isInner: true }, inner), view)
    boundViews.set(view, { rows, uses: inner.nameUses, systemFunctions: systemFunctionsOf(environment) })
    currentViews.add(view)
    return rows
  } catch (error) {
    throw broken(error, view, printed, name.position)
  }
}

function printedPath({ path }: ViewDefinition, { current }: Environment): string {
  return path[0] === current[0] && path[1] === current[1] ? path[2] : path.join('.')
}

function withNames(rows: Rows, { columns }: ViewDefinition): Rows {
  if (columns === null) return rows
  const relation = renamed(rows.relation, columns)
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

/** Whether a view was bound, and its names still mean the same. Found out once in a statement. */
function isCurrent(view: ViewDefinition, context: BindContext): boolean {
  const { environment, currentViews } = context
  if (currentViews.has(view)) return true
  const bound = boundViews.get(view)
  if (bound === undefined) return false
  const functions = systemFunctionsOf(environment)
  const sameFunctions = functions.length === bound.systemFunctions.length && functions.every((each, i) => each === bound.systemFunctions[i])
  if (!sameFunctions || !bound.uses.every((use) => isSame(use, context))) return false
  currentViews.add(view)
  return true
}

function isSame({ path, definition }: NameUse, context: BindContext): boolean {
  const { environment } = context
  if ('signature' in definition) return environment.function(path) === definition
  if ((environment.view(path) ?? environment.table(path)) !== definition) return false
  return !('query' in definition) || isCurrent(definition, context)
}

/** Temporary system functions come before everything that a view may have called. */
function systemFunctionsOf(environment: Environment): (FunctionDefinition | undefined)[] {
  return environment.systemFunctionNames().map((name) => environment.systemFunction(name))
}

function parseView(view: ViewDefinition, printed: string): tree.Query {
  const { statements, diagnostics } = parseScript(view.query)
  const [statement] = statements
  const [failure] = diagnostics
  if (failure !== undefined) throw failure
  if (statement?.kind === 'query-statement') return placedIn(view.query, `view "${printed}"`, statement.query) as tree.Query
  throw sqlErrors.SQL_SYNTAX({ expected: 'a query', got: 'another statement' })
}

/** How much of the text is quoted when data causes an error there. */
const quotedMax = 60

/** The tree with places that say that they are in another text than the statement. */
function placedIn(text: string, what: string, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((each) => placedIn(text, what, each))
  if (typeof part !== 'object' || part === null) return part
  const placed = Object.entries(part).map(([key, value]: [string, unknown]) => {
    if (key !== 'position') return [key, placedIn(text, what, value)]
    const position = value as TextPosition
    const quoted = shortened(text.slice(position.start, Math.min(position.end, position.start + 2 * quotedMax)), quotedMax)
    return [key, { ...position, within: `${what}: ${quoted.replace(/\s+/g, ' ')}` }]
  })
  return Object.fromEntries(placed)
}

/** An error inside a view speaks of another text: it is told where the view is used, and the text is shown. */
function broken(error: unknown, view: ViewDefinition, printed: string, position: TextPosition): unknown {
  if (!(error instanceof MillraceError) || error.blame !== 'user') return error
  // What a view reads is told of the view that reads it.
  if (error.code === 'SQL_VIEW_BROKEN' || error.code === 'SQL_VIEW_CIRCULAR') return error.with({ position })
  const detail = ['Its query:', formatPosition(view.query, error), error.detail]
    .filter((line) => line !== undefined && line !== '')
    .join('\n')
  const hint = 'Create the view again, or bring back what it reads.'
  return sqlErrors.SQL_VIEW_BROKEN({ view: printed, reason: error.message }, { position, detail, hint, cause: error })
}
