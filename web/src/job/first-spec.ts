import type { JobSpec } from '../jobs/job-line.ts'

/** What a new job is until something else is said. */
export function firstSpec(owner: string, text = ''): JobSpec {
  return {
    name: '',
    description: '',
    folder: '',
    tags: [],
    owner,
    program: { kind: 'sql', text },
    engine: { kind: 'embedded' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart: { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 10, windowMs: 600_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
  }
}

const kept = 'millrace.job-draft'

/** Hands a script over to the form of a new job; it outlives a reload of the page. */
export function keepDraft(text: string): void {
  sessionStorage.setItem(kept, text)
}

export function takeDraft(): string {
  return sessionStorage.getItem(kept) ?? ''
}

export function forgetDraft(): void {
  sessionStorage.removeItem(kept)
}
