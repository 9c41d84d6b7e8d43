/** CREATE FUNCTION of an export of a TypeScript file. */
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { BoundCreateFunction } from './bound.ts'
import type { Environment } from './environment.ts'
import { tablePath } from './tables.ts'

const fileEnding = /\.[cm]?[jt]s$/

/**
 * The file and its export are written in one of two ways:
 *
 *     CREATE FUNCTION slug AS 'functions/text.ts#slug'      the export may be left out when it has the function's name
 *     CREATE FUNCTION slug AS 'slug' LANGUAGE TYPESCRIPT USING FILE 'functions/text.ts'
 */
export function bindCreateFunction(node: tree.CreateFunction, environment: Environment): BoundCreateFunction {
  const path = tablePath(node.name, environment)
  const [, , name] = path
  const { file, exported } = sourceOf(node, name)
  const language = node.language ?? 'TYPESCRIPT'
  if (language !== 'TYPESCRIPT' && language !== 'JAVASCRIPT') throw foreignLanguage(node, language)
  return {
    kind: 'create-function',
    function: { name, file, export: exported, path, temporary: node.temporary },
    language,
    whenThere: node.ifNotExists ? 'keep' : 'fail',
    system: node.system,
    position: node.name.position,
  }
}

function sourceOf(node: tree.CreateFunction, name: string): { readonly file: string; readonly exported: string } {
  const resource = node.resources.find((each) => fileEnding.test(each.path.value))
  const { value } = node.className
  if (resource !== undefined) return { file: resource.path.value, exported: value }
  const hash = value.lastIndexOf('#')
  const file = hash < 0 ? value : value.slice(0, hash)
  if (!fileEnding.test(file)) throw foreignLanguage(node, node.language ?? 'JAVA')
  return { file, exported: hash < 0 ? name : value.slice(hash + 1) }
}

function foreignLanguage(node: tree.CreateFunction, language: string): Error {
  const hint = "Name a TypeScript file and its export: CREATE FUNCTION f AS 'functions/text.ts#f'."
  return sqlErrors.SQL_NOT_SUPPORTED({ what: `a function in ${language}` }, { position: node.className.position, hint })
}
