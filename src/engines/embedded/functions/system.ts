/** Types and identity, and functions that users write. */
import { randomUUID } from 'node:crypto'
import { assert } from '#base'
import { type DataType, printType } from '#data'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation, ScalarFunction } from './evaluation.ts'

export const systemEvaluations = {
  TYPEOF: ({ arguments: [type] }) => {
    const text = type === undefined ? '' : printPlannedType(type)
    return () => text
  },
  CURRENT_DATABASE: () => (name: string) => name,
  UUID: ({ session }) => {
    const { random } = session
    return random === undefined ? () => randomUUID() : () => uuidFrom(random)
  },
  USER_FUNCTION: userFunction,
} satisfies Record<string, Evaluation>

/** While planning, Flink thinks of all intervals as of one of two. */
function printPlannedType(type: DataType): string {
  return printType(type)
    .replaceAll('INTERVAL DAY TO SECOND(3)', 'INTERVAL SECOND(3)')
    .replaceAll('INTERVAL YEAR TO MONTH', 'INTERVAL MONTH')
}

/** RFC 4122, version 4. */
function uuidFrom(random: () => number): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) => {
    const digit = Math.floor(random() * 16)
    return (letter === 'x' ? digit : (digit & 3) | 8).toString(16)
  })
}

function userFunction({ user, session, origin }: CallShape): ScalarFunction {
  assert(user !== undefined, 'a call of a user function names it')
  const loaded = session.userFunction(user)
  if (typeof loaded === 'object' && 'later' in loaded) {
    throw functionErrors.ENGINE_FUNCTION_ASYNC({ name: user.name }, { position: origin && { start: 0, end: 0, ...origin } })
  }
  assert(typeof loaded === 'function', `function ${user.name} was loaded as one that is called for each row`)
  return loaded
}
