import type { CliEnvironment } from '../environment.ts'
import type { ServerLink } from './server-link.ts'
export async function exportJobs(_link: ServerLink, _folder: string, _environment: CliEnvironment): Promise<number> {
  return 0
}
