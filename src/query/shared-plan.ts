/**
 * The plan of a job in files that the gateway of a cluster and this machine both see. Flink writes and reads plans as files only: one is
 * compiled by the gateway, changed here and executed there.
 */
import { MillraceError } from '#base'
import { queryErrors } from './errors.ts'
import type { StatementListener } from './listener.ts'
import type { RemoteSession } from './remote-session.ts'

/** Two files in a folder of their own, which nobody else reads: options of tables may hold secrets. */
interface SharedPlanFiles {
  /** Where the gateway writes, as both sides call it. */
  readonly compiled: string
  /** Where the gateway reads, as both sides call it. */
  readonly edited: string
  /** Null where nothing was written that is seen here. */
  readCompiled(): Promise<string | null>
  writeEdited(text: string): Promise<void>
  remove(): Promise<void>
}

/** Fails where no folder is known that both sides see. */
export type ShareFiles = () => Promise<SharedPlanFiles>

/** The plan of the last statement of a text. All before it has been run. */
export async function compilePlan(session: RemoteSession, text: string, share: ShareFiles): Promise<string> {
  return withFiles(share, (files) => compileTo(files, session, text))
}

/** Runs the last statement of a text by its plan, which may be changed before. All before it has been run. */
export async function runPlan(
  session: RemoteSession,
  text: string,
  {
    share,
    change,
    listener,
  }: { readonly share: ShareFiles; readonly change: (plan: string) => string; readonly listener: StatementListener },
): Promise<void> {
  await withFiles(share, async (files) => {
    await files.writeEdited(change(await compileTo(files, session, text)))
    await session.executePlan(files.edited, listener)
  })
}

async function withFiles<T>(share: ShareFiles, use: (files: SharedPlanFiles) => Promise<T>): Promise<T> {
  const files = await share()
  try {
    return await use(files)
  } finally {
    await files.remove().catch(() => undefined)
  }
}

/** Of a folder that the gateway does not have, or may not write to. */
const placeTroubles = /AccessDenied|NoSuchFile|FileNotFound|No such file|Permission denied|Could not find a file system|not writable/i

async function compileTo(files: SharedPlanFiles, session: RemoteSession, text: string): Promise<string> {
  try {
    await session.compileLast(text, files.compiled)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'ENGINE_FLINK_REFUSED') throw error
    const said = `${error.message} ${error.detail ?? ''}`
    if (placeTroubles.test(said)) throw queryErrors.QUERY_PLAN_UNSEEN({}, { detail: `${error.message}.`, cause: error })
    throw queryErrors.QUERY_PLAN_COMPILE({}, { detail: `${error.message}.`, position: error.position, cause: error })
  }
  const compiled = await files.readCompiled()
  if (compiled === null) throw queryErrors.QUERY_PLAN_UNSEEN({}, { detail: `It was to lie at ${files.compiled}.` })
  return compiled
}
