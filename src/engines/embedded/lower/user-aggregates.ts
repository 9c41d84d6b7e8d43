/** Aggregate functions that users wrote: what they lack for a place is refused there, and what they throw says where they are called. */
import { assert } from '#base'
import type { UserAggregate } from '#dataflow'
import type { Aggregate, Measure, Origin, UserFunction } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Session } from '../functions/evaluation.ts'
import { locate } from '../generate/origin.ts'

export function userAggregateOf({ user, origin }: Measure, retracts: boolean, session: Session): UserAggregate {
  assert(user !== undefined, 'a call of a user function names it')
  const loaded = loadedAggregate(user, session)
  if (retracts && loaded.retract === null) {
    throw embeddedErrors.ENGINE_FUNCTION_RETRACT({ name: user.name }, { position: origin && { start: 0, end: 0, ...origin } })
  }
  return origin === undefined ? loaded : located(loaded, origin, user.name)
}

/** Whether the state of each measure of an aggregate can be put together from parts. */
export function mergesUsers({ measures }: Aggregate, session: Session): boolean {
  return measures.every(({ user, distinct }) => user === undefined || distinct || loadedAggregate(user, session).merge !== null)
}

function loadedAggregate(user: UserFunction, session: Session): UserAggregate {
  const loaded = session.userFunction(user)
  assert(typeof loaded === 'object' && 'accumulate' in loaded, `function ${user.name} was loaded as an aggregate`)
  return loaded
}

function located(user: UserAggregate, origin: Origin, name: string): UserAggregate {
  const at = <Values extends unknown[]>(run: (...values: Values) => unknown): ((...values: Values) => unknown) => {
    return (...values) => {
      try {
        return run(...values)
      } catch (error) {
        throw locate(error, origin, name)
      }
    }
  }
  return {
    createAccumulator: at(user.createAccumulator),
    accumulate: at(user.accumulate),
    retract: user.retract === null ? null : at(user.retract),
    merge: user.merge === null ? null : at(user.merge),
    getValue: at(user.getValue),
    savedType: user.savedType,
    save: at(user.save),
    load: user.load,
  }
}
