/** A script as the SQL gateway of a cluster takes it: with the things of its workspace that it needs before it. */
import { MillraceError } from '#base'
import type { KeptObjects } from '#catalog'
import { checkScript, neededDefinitions, type RemoteSession, recallDefinitions, type SpelledOut, spellOutConnections } from '#query'
import { remoteErrors } from './errors.ts'

/** What a gateway says of itself or of systems outside, and not of the statement. */
const outsideTroubles =
  /Session '?\S+'? does not exist|Connection refused|timed? ?out|UnknownHost|ConnectException|No route to host|Broken pipe|Connection reset|closed|OutOfMemory|Could not acquire|Too many|rejected from/i

const secret = /\$\{secret:([^}']*)\}/

/** A script as it is sent, and what is sent before it. Fails where the script, or what it stands on, is nothing for a cluster. */
export function sendableScript(written: string, settings: Readonly<Record<string, string>>, all: KeptObjects): SpelledOut {
  checkScript(written)
  const { script, kept: needed } = spellOutConnections(written, neededDefinitions(written, all))
  const own = needed.find(({ object }) => object.kind === 'function')
  if (own !== undefined) throw remoteErrors.REMOTE_FUNCTION({ name: own.object.path.join('.') })
  for (const text of [script, ...Object.values(settings), ...needed.map((each) => each.text)]) {
    const [, name] = secret.exec(text) ?? []
    if (name !== undefined) throw remoteErrors.REMOTE_SECRET({ name })
  }
  return { script, kept: needed }
}

/** All but the work: what is refused of this is refused whenever it is sent. */
export async function prepareScript(session: RemoteSession, script: string, needed: KeptObjects): Promise<void> {
  await sendDefinitions(session, needed)
  await session.prepare(script)
}

export async function sendDefinitions(session: RemoteSession, needed: KeptObjects): Promise<void> {
  const lost = await recallDefinitions(needed, (text) => session.run(text, {}, new AbortController().signal))
  const first = lost.find(({ error }) => !isOfStatement(error)) ?? lost[0]
  if (first !== undefined) throw first.error.with({ position: undefined })
}

export function isOfStatement(error: unknown): error is MillraceError {
  if (!(error instanceof MillraceError) || error.blame !== 'user') return false
  const isOfCluster =
    /^(?:CLUSTER_|ENGINE_FLINK_(?:UNAUTHORIZED|ADDRESS|NOT_THERE))/.test(error.code) && !/^CLUSTER_(?:CONNECTOR|LIBRARY)/.test(error.code)
  return !isOfCluster && !outsideTroubles.test(`${error.message} ${error.detail ?? ''}`)
}
