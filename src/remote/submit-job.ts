/** Gives the script of a job to the SQL gateway of a cluster: the things of its workspace that it needs, its definitions, then its work. */
import { MillraceError } from '#base'
import type { KeptObjects } from '#catalog'
import type { RunOrder } from '#jobs'
import type { RemoteSession, SpelledOut } from '#query'
import type { ClusterLink } from './cluster-link.ts'
import { remoteErrors } from './errors.ts'
import { isOfStatement, prepareScript, sendableScript } from './gateway-script.ts'
import type { RestorePlace } from './run-record.ts'

export interface Submission {
  readonly order: RunOrder
  /** That the job is to have on the cluster. */
  readonly id: string
  readonly from: RestorePlace
  /** What the catalog of its workspace holds. */
  readonly kept: KeptObjects
  /** Whether it is to run still. */
  readonly isWanted: () => boolean
}

export type Submitted =
  /** The cluster has it, or had it before. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'given-up' }
  /** It will never run. */
  | { readonly kind: 'refused'; readonly error: MillraceError }

const alreadyThere = /already been submitted|Job has already|DuplicateJob|DuplicateApplication/
/** Fails where it is not known whether the cluster has it. */
export async function submitJob(link: ClusterLink, submission: Submission): Promise<Submitted> {
  const { order, id, from } = submission
  let sendable: SpelledOut = { script: '', kept: [] }
  const refused = refusalOf(() => {
    sendable = sendableScript(order.script, order.settings, submission.kept)
  })
  if (refused !== null) return { kind: 'refused', error: refused }
  const session = await link.cluster.openSession(settingsOf(order, id, from))
  try {
    return await submitIn(session, submission, sendable, link.name)
  } finally {
    await session.close().catch(() => undefined)
  }
}

/** Users' own settings first, so that what the server decides holds. */
function settingsOf(order: RunOrder, id: string, { place, isOwn }: RestorePlace): Readonly<Record<string, string>> {
  const { settings, name, parallelism, checkpointIntervalMs, allowsDroppedState } = order
  return {
    // A lost task manager costs seconds this way; what goes on failing comes to the restart policy of the job.
    'restart-strategy.type': 'failure-rate',
    'restart-strategy.failure-rate.max-failures-per-interval': '3',
    'restart-strategy.failure-rate.failure-rate-interval': '5 min',
    'restart-strategy.failure-rate.delay': '1 s',
    ...settings,
    'pipeline.name': name,
    '$internal.pipeline.job-id': id,
    'parallelism.default': String(parallelism),
    'execution.checkpointing.interval': `${checkpointIntervalMs} ms`,
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'execution.state-recovery.ignore-unclaimed-state': String(allowsDroppedState),
    ...(place === ''
      ? {}
      : { 'execution.state-recovery.path': place, 'execution.state-recovery.claim-mode': isOwn ? 'CLAIM' : 'NO_CLAIM' }),
  }
}

function refusalOf(check: () => void): MillraceError | null {
  try {
    check()
    return null
  } catch (error) {
    if (error instanceof MillraceError && error.blame === 'user') return error
    throw error
  }
}

async function submitIn(
  session: RemoteSession,
  { id, isWanted }: Submission,
  { script, kept }: SpelledOut,
  cluster: string,
): Promise<Submitted> {
  try {
    await prepareScript(session, script, kept)
  } catch (error) {
    if (isOfStatement(error) && (await session.isOpen())) return { kind: 'refused', error }
    throw error
  }
  if (!isWanted()) return { kind: 'given-up' }
  const submitted: string[] = []
  try {
    await session.runLast(script, { submitted: (job) => void submitted.push(job) })
  } catch (error) {
    return judged(error, session, script, cluster)
  }
  if (submitted.some((job) => job !== id)) throw remoteErrors.REMOTE_START_REFUSED({ cluster, reason: 'it gave the job another id' })
  return { kind: 'taken' }
}

/** A statement that cannot even be planned will never run; of any other refusal the cluster, or its state, may be the reason. */
async function judged(error: unknown, session: RemoteSession, script: string, cluster: string): Promise<Submitted> {
  if (!(error instanceof MillraceError)) throw error
  if (alreadyThere.test(`${error.message} ${error.detail ?? ''}`)) return { kind: 'taken' }
  const isTheirs: boolean = isOfStatement(error)
  if (!isTheirs) throw error
  try {
    await session.explainLast(script)
  } catch (planning) {
    if (isOfStatement(planning) && (await session.isOpen())) return { kind: 'refused', error: planning }
  }
  throw remoteErrors.REMOTE_START_REFUSED({ cluster, reason: error.message }, { detail: error.detail, cause: error })
}
