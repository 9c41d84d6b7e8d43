/**
 * Functions that users write in TypeScript. A file exports an object for each function:
 *
 *     export const shorten = {
 *       parameters: ['STRING', 'INT'],
 *       returns: 'STRING',
 *       evaluate: (text, length) => (text === null ? null : text.slice(0, length)),
 *     }
 *
 * `returns: 'TABLE<word STRING, length INT>'` makes a table function, whose `evaluate` gives a list of rows; `createAccumulator`,
 * `accumulate` and `getValue` in the place of `evaluate` make an aggregate function. Values are those of data/type.ts; NULL is null.
 */
import { closeNames, MillraceError } from '#base'
import type { FunctionDefinition, TablePath, UserFunction } from '#plan'
import { queryErrors } from './errors.ts'
import { declarationOf, type LoadedFunction, sentence } from './function-declaration.ts'
import type { FunctionDeclaration } from './function-types.ts'

type ImportModule = (file: string) => Promise<Readonly<Record<string, unknown>>>

/** The user functions loaded so far. Every session of a process shares them. */
export class UserFunctions {
  readonly #importModule: ImportModule
  readonly #loaded = new Map<string, LoadedFunction>()
  #defined = 0

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
    const { signature, loaded } = declarationOf(module[name], name, file)
    this.#loaded.set(keyOf(definition), loaded)
    return { ...definition, signature }
  }

  /**
   * A function of the code around, to be put into a catalog; it stands for itself in the place of a file's. `from` is the file that exports
   * it, if one does: other threads can then load it, too.
   */
  define(path: TablePath, declaration: FunctionDeclaration, from?: Pick<UserFunction, 'file' | 'export'>): FunctionDefinition {
    const [, , name] = path
    const source = from ?? { file: `code ${++this.#defined}`, export: name, isInCode: true as const }
    const definition = { name, path, temporary: true, ...source }
    const { signature, loaded } = declarationOf(declaration, name, definition.file)
    this.#loaded.set(keyOf(definition), loaded)
    return { ...definition, signature }
  }

  /** The function to call; it was loaded when it was created. */
  callable(user: UserFunction): LoadedFunction {
    const loaded = this.#loaded.get(keyOf(user))
    if (loaded === undefined) throw queryErrors.QUERY_FUNCTION_EXPORT({ name: user.export, file: user.file })
    return loaded
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
