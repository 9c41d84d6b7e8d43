/** What makes runs on a cluster fail, as data. */
import { type Failure, failureOf } from '#base'
import type { JobFailure } from '#engines'
import { remoteErrors } from './errors.ts'

const stateWithoutPlace = /Cannot map checkpoint\/savepoint state for operator ([0-9a-f]{32})/

/** Why a run failed, as its cluster tells it; null: it does not tell. */
export function failureOfRun(cluster: string, told: JobFailure | null): Failure {
  const { reason, causes } = told ?? { reason: 'it does not say why', causes: [] }
  const [, operator] = causes.map((each) => stateWithoutPlace.exec(each)).find((match) => match !== null) ?? []
  const cause = causes.reduceRight<Error | undefined>((below, each) => new Error(each, { cause: below }), undefined)
  return failureOf(
    operator === undefined
      ? remoteErrors.REMOTE_RUN_FAILED({ cluster, reason }, { cause })
      : remoteErrors.REMOTE_STATE_DROPPED({ operator }, { cause }),
  )
}
