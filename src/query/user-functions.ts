/**
 * Functions that users write in TypeScript. A file exports an object for each function:
 *
 *     export const shorten = {
 *       parameters: ['STRING', 'INT'],
 *       returns: 'STRING',
 *       evaluate: (text, length) => (text === null ? null : text.slice(0, length)),
 *     }
 *
 * `returns: 'TABLE<word STRING, length INT>'` makes a table function, whose `evaluate` gives a list of rows. Values are those of
 * data/type.ts; NULL is null.
 */
import { closeNames, type ErrorExtras, MillraceError } from '#base'
import type { DataType } from '#data'
import type { FunctionDefinition, UserFunction, UserSignature } from '#plan'
import { parseType } from '#sql'
import { queryErrors } from './errors.ts'
import { resultReader } from './function-result.ts'

type Callable = (...values: never[]) => unknown
type ImportModule = (file: string) => Promise<Readonly<Record<string, unknown>>>

/** The user functions loaded so far. Every session of a process shares them. */
export class UserFunctions {
  readonly #importModule: ImportModule
  readonly #loaded = new Map<string, Callable>()

  constructor(importModule: ImportModule) {
    this.#importModule = importModule
  }

  /** Loads the file that a definition names and reads what the function takes and gives. */
  async load(definition: Omit<FunctionDefinition, 'signature'>): Promise<FunctionDefinition> {
    const { file, export: name } = definition
    let module: Readonly<Record<string, unknown>>
    try {
      module = await inTime(this.#importModule(file))
    } catch (error) {
      if (error instanceof MillraceError) throw error
      throw queryErrors.QUERY_FUNCTION_FILE({ file }, { detail: sentence(error), cause: error })
    }
    if (!Object.hasOwn(module, name)) {
      const names = Object.keys(module)
      const [nearest] = closeNames(name, names, 1)
      const hint = nearest === undefined ? `It exports ${names.join(', ') || 'nothing'}.` : `Use "${nearest}".`
      throw queryErrors.QUERY_FUNCTION_EXPORT({ name, file }, { hint })
    }
    const { signature, evaluate } = declarationOf(module[name], name, file)
    const read = resultReader(name, signature.result, signature.kind === 'table')
    this.#loaded.set(keyOf(definition), (...values) => read(evaluate(...values)))
    return { ...definition, signature }
  }

  /** The function to call; it was loaded when it was created. */
  callable(user: UserFunction): Callable {
    const evaluate = this.#loaded.get(keyOf(user))
    if (evaluate === undefined) throw queryErrors.QUERY_FUNCTION_EXPORT({ name: user.export, file: user.file })
    return evaluate
  }
}

/** A file that waits at its top for what never comes would end the process in silence: nothing else is left to do by then. */
const loadMsMax = 10_000

async function inTime<T>(loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not loaded within ${loadMsMax / 1000} s`)), loadMsMax)
  })
  try {
    return await Promise.race([loading, late])
  } finally {
    clearTimeout(timer)
  }
}

function keyOf({ file, export: name }: Pick<UserFunction, 'file' | 'export'>): string {
  return `${file}\u0000${name}`
}

interface Declaration {
  readonly signature: UserSignature
  readonly evaluate: Callable
}

function declarationOf(exported: unknown, name: string, file: string): Declaration {
  const refuse: Refuse = (expected, extras) =>
    queryErrors.QUERY_FUNCTION_DECLARATION({ name, file, expected }, { hint: declarationHint, ...extras })
  const { parameters, returns, evaluate } = fieldsOf(exported, refuse)
  if (!Array.isArray(parameters)) throw refuse('"parameters" as a list of SQL types')
  if (typeof evaluate !== 'function') throw refuse('"evaluate" as a function')
  const isTable = typeof returns === 'string' && /^\s*TABLE\s*</i.test(returns)
  const given = typeOf(isTable ? returns.replace(/^\s*TABLE/i, 'ROW') : returns, '"returns" as a SQL type', refuse)
  return {
    signature: {
      kind: isTable ? 'table' : 'scalar',
      parameters: parameters.map((each: unknown) => typeOf(each, '"parameters" as a list of SQL types', refuse)),
      result: isTable ? { kind: 'array', element: given, nullable: true } : given,
    },
    evaluate: evaluate as Callable,
  }
}

type Refuse = (expected: string, extras?: ErrorExtras) => MillraceError

/** What the declaration says. Its fields may be computed when they are read, and whatever goes wrong then is its author's. */
function fieldsOf(exported: unknown, refuse: Refuse): { readonly [field in 'parameters' | 'returns' | 'evaluate']: unknown } {
  if (typeof exported !== 'object' || exported === null) throw refuse('an object')
  try {
    const { parameters, returns, evaluate } = exported as Readonly<Record<string, unknown>>
    return { parameters: Array.isArray(parameters) ? Array.from<unknown>(parameters) : parameters, returns, evaluate }
  } catch (error) {
    throw refuse('fields that can be read', { detail: sentence(error), cause: error })
  }
}

function typeOf(text: unknown, expected: string, refuse: Refuse): DataType {
  if (typeof text !== 'string') throw refuse(expected)
  try {
    return parseType(text)
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    throw refuse(expected, { detail: `In "${text.slice(0, 100)}": ${error.message}.`, hint: error.hint ?? declarationHint, cause: error })
  }
}

/** The message of an error that user code raised, which may be anything. */
function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return `${message.slice(0, 500)}.`
}

const declarationHint = "Write export const name = { parameters: ['STRING'], returns: 'STRING', evaluate: (text) => … }."
