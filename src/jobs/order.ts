/** What a host is told to start. */
import type { Action } from './decide.ts'
import { fillVariables } from './fill-variables.ts'
import type { JobCard } from './job-card.ts'
import type { RunOrder } from './job-host.ts'
import type { JobSpec } from './job-spec.ts'

/** Fails where a variable of the script has no value. */
export function orderOf(
  { workspace, id }: Pick<JobCard, 'workspace' | 'id'>,
  spec: JobSpec,
  action: Action & { readonly kind: 'start' },
): RunOrder {
  const { name, program, variables, settings, parallelism, checkpointIntervalMs } = spec
  const { kind: _, ...what } = action
  return {
    workspace,
    jobId: id,
    name,
    script: fillVariables(program.text, variables),
    settings,
    parallelism,
    checkpointIntervalMs,
    ...what,
  }
}
