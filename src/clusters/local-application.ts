/**
 * A Flink cluster of this machine for one script: its job manager plans the script itself, and both end with its job. There is no gateway.
 * The job manager is not started again where it dies, since the job would begin anew without its state.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { clusterErrors } from './errors.ts'
import { checkProgram, lastLines } from './install-flink.ts'
import { configure, configured, endAll, type LocalFlinkShape, launch, launchTaskManager, logOf, startMsMax } from './local-flink.ts'

export interface LocalApplicationShape extends LocalFlinkShape {
  /** Of the job, where the script gives it none. */
  readonly name: string
  readonly script: string
}

const pollMs = 200
/** Words before the command: the process group that ends with it, and the file that its status is written to. */
const once = 'group=$1; ended=$2; shift 2; "$@"; echo $? >"$ended"; kill -TERM "-$group"'

/**
 * Resolves with the address of the job manager when a job of the script runs, or has ended well. Fails where the script does (CLUSTER_APPLICATION);
 * then nothing is left running.
 */
export async function startLocalApplication(shape: LocalApplicationShape): Promise<{ readonly restUrl: string }> {
  await checkProgram('java', ['-version'])
  const { folder, name, script } = shape
  const { restUrl } = await configure(shape, { 'pipeline.name': JSON.stringify(name) })
  const scriptFile = path.join(folder, 'conf', 'application.sql')
  await writeFile(scriptFile, script, { mode: 0o600 })
  try {
    const group = await launchTaskManager(shape)
    const words = [
      '-Xmx768m',
      'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint',
      ...configured(shape),
      '--job-classname',
      'org.apache.flink.table.runtime.application.SqlDriver',
      '--scriptUri',
      pathToFileURL(scriptFile).href,
    ]
    await launch(shape, 'jobmanager', words, [once, String(group), endedFile(folder)])
    await untilRunning(folder, restUrl)
    return { restUrl }
  } catch (error) {
    await endAll(shape.marker)
    throw error
  }
}

/** The exit status of the job manager of an application, 0 where its job ended well; null: it has not ended. */
export async function endOfApplication(folder: string): Promise<number | null> {
  const text = await readFile(endedFile(folder), 'utf8').catch(() => '')
  return text.trim() === '' ? null : Number(text)
}

function endedFile(folder: string): string {
  return path.join(folder, 'conf', 'ended')
}

async function untilRunning(folder: string, restUrl: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += pollMs) {
    const status = await endOfApplication(folder)
    if (status === 0) return
    const log = status === null ? '' : await readFile(logOf(folder, 'jobmanager'), 'utf8').catch(() => '')
    if (status !== null) throw clusterErrors.CLUSTER_APPLICATION({ reason: reasonIn(log) })
    if (await hasJob(restUrl)) return
    await sleep(pollMs)
  }
  const detail = lastLines(await readFile(logOf(folder, 'jobmanager'), 'utf8').catch(() => ''))
  throw clusterErrors.CLUSTER_START({ part: 'job manager' }, { detail })
}

/** Whether it has a job, and slots for that. */
async function hasJob(restUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${restUrl}/overview`, { signal: AbortSignal.timeout(2000) })
    const { 'jobs-running': running, 'jobs-finished': finished, 'slots-total': slots } = (await response.json()) as Record<string, unknown>
    return response.ok && Number(slots) > 0 && Number(running) + Number(finished) > 0
  } catch {
    return false
  }
}

/** The last cause that a log tells, without the class of its exception. */
export function reasonIn(log: string): string {
  const causes = Array.from(log.matchAll(/^Caused by: (.*)$/gm), ([, cause = '']) => cause)
  return (causes.at(-1) ?? lastLines(log)).replace(/^[\w.$]+(?:Exception|Error): /, '')
}
