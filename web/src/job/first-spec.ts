import type { JobSpec } from '../jobs/job-line.ts'

/** What a new job is until something else is said. */
export function firstSpec(owner: string, { name = '', text = '', variables = {} }: Partial<JobDraft> = {}): JobSpec {
  return {
    name,
    description: '',
    folder: '',
    tags: [],
    owner,
    program: { kind: 'sql', text },
    engine: { kind: 'embedded' },
    settings: {},
    variables,
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart: { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 10, windowMs: 600_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
  }
}

/** What another page hands over to the form of a new job. */
export interface JobDraft {
  readonly name: string
  readonly text: string
  readonly variables: Record<string, string>
}

const kept = 'millrace.job-draft'

/** Hands a script over to the form of a new job; it outlives a reload of the page. */
export function keepDraft(text: string, { name = '', variables = {} }: Partial<JobDraft> = {}): void {
  sessionStorage.setItem(kept, JSON.stringify({ name, text, variables } satisfies JobDraft))
}

export function takeDraft(): Partial<JobDraft> {
  try {
    return JSON.parse(sessionStorage.getItem(kept) ?? '{}') as Partial<JobDraft>
  } catch {
    return {}
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(kept)
}
