/** What the script of a job is planned with: the settings that it runs with. */
import type { JobSpec } from '#jobs'
import { type JobSettings, jobSettings } from '#processes'

/** Nothing is looked for there; a plan only tells what it is good for that there are checkpoints. */
const places = { 'execution.checkpointing.dir': 'checkpoints', 'execution.state-recovery.path': '' }

export function plannedSettings(spec: JobSpec): JobSettings {
  // A cluster has settings that are none here.
  return jobSettings(spec.engine.kind === 'embedded' ? spec : { ...spec, settings: {} }, places)
}
