/** `millrace job export`: all jobs of a workspace as files, which `millrace apply` reads. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { counted } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import { listJobs } from './find-job.ts'
import { renderJobFile } from './job-file.ts'
import type { ServerLink } from './server-link.ts'

export async function exportJobs(link: ServerLink, folder: string, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const taken = new Set<string>()
  for await (const { id } of listJobs(link, {})) {
    const { spec, wanted } = await client.call('GET /workspaces/:workspace/jobs/:job', { params: { workspace, job: id } })
    const file = path.join(folder, freePath(spec.folder, spec.name, taken))
    try {
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, renderJobFile(spec, wanted.state))
    } catch (cause) {
      throw cliErrors.CLI_FILE_UNWRITABLE({ path: file }, { cause })
    }
    await screen.write(`${file}\n`)
  }
  screen.note(`${counted(taken.size, 'job')}\n`)
  return exitStatus.done
}

/** A path that leads nowhere else, whatever the names are, and that no other job has; letter case does not tell files apart everywhere. */
function freePath(folder: string, name: string, taken: Set<string>): string {
  const parts = [...folder.split('/').filter(Boolean), name].map((part) => part.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 100))
  // The folder of the catalog holds no jobs.
  if (parts.length > 1 && parts[0]?.toLowerCase() === 'catalog') parts[0] = 'catalog-jobs'
  const plain = parts.join('/')
  let free = plain
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${plain}-${number}`
  taken.add(free.toLowerCase())
  return `${free}.sql`
}
