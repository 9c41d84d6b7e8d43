/** `millrace job partitions`: what the sources of a job stand at, and which partition holds the watermark back. */
import type { AnswerOf, Contract } from '#api'
import { counted, printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { instantText, timeOf } from '../job-lines.ts'
import { findJobId } from './find-job.ts'
import type { ServerLink } from './server-link.ts'

const key = 'GET /workspaces/:workspace/jobs/:job/partitions'
type Source = AnswerOf<Contract[typeof key]>['sources'][number]

interface PartitionOptions {
  readonly target: string
  readonly json: boolean
}

export async function showPartitions(link: ServerLink, { target, json }: PartitionOptions, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const answer = await client.call(key, { params: { workspace, job: await findJobId(link, target) } })
  if (json) {
    await screen.write(`${JSON.stringify(answer)}\n`)
    return exitStatus.done
  }
  await screen.write(answer.sources.map(sourceText).join(''))
  if (answer.sources.length === 0) screen.note('no partitions are known of this job\n')
  else if (answer.takenAt !== null) screen.note(`seen at ${instantText(answer.takenAt)}\n`)
  return exitStatus.done
}

export function sourceText(source: Source): string {
  const { operatorName, partitions, leftOut } = source
  const lines = [
    operatorName,
    `  ${standingText(source)}`,
    ...partitions.map((partition) => `  ${partitionText(partition)}`),
    ...(leftOut === 0 ? [] : [`  and ${counted(leftOut, 'more partition')}`]),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function standingText({ standing: { kind, partition, others, behindMs, pendingRecords } }: Source): string {
  switch (kind) {
    case 'untimed':
      return 'nothing asks for the time of these rows: there is no watermark'
    case 'ended':
      return 'all partitions are read to their end'
    case 'all-idle':
      return 'all partitions are idle: the watermark stands still, and nobody waits for it'
    case 'no-rows':
      return 'no row has come yet that says what time it is'
    case 'alone':
      return 'there is one partition'
    case 'level':
      return 'no partition holds the watermark back'
    case 'held': {
      const who = others === 0 ? `${partition} holds` : `${partition} and ${counted(others, 'other')} hold`
      const why = behindMs === null ? 'no row has come that says what time it is' : `${timeOf(behindMs)} behind the newest partition`
      const left =
        pendingRecords === null ? '' : pendingRecords === 0 ? ', with nothing left to read' : `, with ${pendingRecords} left to read`
      return `${who} the watermark back: ${why}${left}`
    }
  }
}

/** Only what there is. */
function partitionText({ name, state, position, end, pendingRecords, watermark, behindMs }: Source['partitions'][number]): string {
  return [
    name,
    state,
    ...(position === null ? [] : [end === null ? `at ${position}` : `at ${position} of ${end}`]),
    ...(pendingRecords === null ? [] : [`${pendingRecords} left`]),
    ...(watermark === null ? [] : [`watermark ${instantText(watermark)}`]),
    ...(behindMs === null || behindMs === 0 ? [] : [`${timeOf(behindMs)} behind`]),
  ].join('  ')
}
