/**
 * The life of a job as two total tables: what follows from what was seen, and what is done for what is wanted. `decide.ts` applies them.
 *
 *                    ┌───────────────────────── restart, new version ────────────────────────────┐
 *                    ▼                                                                            │
 *     stopped ──▶ starting ──── seen running ────▶ running ──── asked to stop, replaced ──▶ stopping ──▶ stopped
 *        ▲          │  ▲ ▲                          │  │  │                                   ▲
 *        │          │  │ └── seen running again ────┼──┼──┼── begins again by itself           │
 *        │          │  │                            │  │  └────── seen ending ────────────────┘
 *        │          │  └───── when it is due ── backing-off ◀── broke, was lost or interrupted, and may try again
 *        │          │                               │  │
 *        │          └──▶ failed ◀── the user's fault, a storm, or a policy of one try
 *        │                 │                        │  └─▶ finished: the input has an end
 *        └── asked to stop ┴────────────────────────┴──────── │
 *
 * An arrow needs an answer of the host: while none comes, a job stays in its state, and its evidence grows old.
 *
 * Invariants, and the tests that hold them, in `lifecycle.test.ts` or `decide.test.ts`. All but I10 and I13 are also held by
 * `test/simulation/jobs`, against hosts that lose, delay and double orders, and servers that die at every step.
 *
 * I1   No run is started while one of the job may be alive: "a start needs an answer that nothing is alive".
 * I2   Who cannot be reached changes no state, begins nothing and counts as no failure: "silence changes nothing but its age".
 * I3   What is decided is stored before it is done: "what is ordered is the stored intent".
 * I4   An attempt is started at most once: "an order without an answer is sent again as it was".
 * I5   A job that shall run runs or has run to its end, or its status tells what is in the way: "who is not as wanted is told why".
 * I6   Every status names its source, and when it answered: "every status has evidence".
 * I7   A job that shall be stopped is never started, and a run of it that turns up is stopped: "stopped stays stopped".
 * I8   A failure keeps its cause until the next run was seen running: "a failure is kept until the next run runs".
 * I9   Attempts only grow: "attempts only grow".
 * I10  A run that counted as lost and is there after all is taken back, not doubled: "a lost run that comes back is taken back".
 * I11  A run goes on from the newest state, or from the one that a user has chosen since: "a restart begins no earlier than the state
 *      that was chosen", "a version goes on from the savepoint that its predecessor stopped with".
 * I12  A clock that is set neither loses a run nor holds one up: "a clock that is set back makes no pause longer", "a clock that is set
 *      back delays a loss by no more than its confirmation".
 * I13  The tables are total, and every cell is reached: "every cell is reached".
 */
import type { JobState } from './job-status.ts'

/** What was seen of a job, compared with what is known of it. Its own run is the one of the newest attempt. */
export const sights = [
  /** No answer. */
  'unreachable',
  /** The host answered, and neither its own run nor one before is there alive. */
  'absent',
  /** A run of an earlier attempt is alive: an order came late, or a stop has not come yet. */
  'older',
  'starting',
  'running',
  'stopping',
  'finished',
  'stopped',
  'failed',
] as const
export type Sight = (typeof sights)[number]

export type Step =
  /** Nothing follows: it is so already, or says nothing new. */
  | 'none'
  | 'begins'
  | 'runs'
  | 'ends'
  /** It was asked to stop, and is there still. */
  | 'resists'
  | 'finishes'
  /** It has ended without a failure: as it was asked to, or since somebody else stopped it. */
  | 'rests'
  /** The restart policy judges it. */
  | 'breaks'
  /** It should be there: not begun yet where an order may be on its way, else lost once that is confirmed. */
  | 'misses'
  /** The older run is asked to stop before anything else. */
  | 'clears'

const steps: Readonly<Record<JobState, Readonly<Record<Sight, Step>>>> = {
  stopped: {
    unreachable: 'none',
    absent: 'none',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'none',
    stopped: 'none',
    failed: 'none',
  },
  starting: {
    unreachable: 'none',
    absent: 'misses',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'finishes',
    stopped: 'rests',
    failed: 'breaks',
  },
  running: {
    unreachable: 'none',
    absent: 'misses',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'finishes',
    stopped: 'rests',
    failed: 'breaks',
  },
  stopping: {
    unreachable: 'none',
    absent: 'misses',
    older: 'clears',
    starting: 'resists',
    running: 'resists',
    stopping: 'ends',
    finished: 'finishes',
    stopped: 'rests',
    failed: 'breaks',
  },
  'backing-off': {
    unreachable: 'none',
    absent: 'none',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'finishes',
    stopped: 'none',
    failed: 'none',
  },
  finished: {
    unreachable: 'none',
    absent: 'none',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'none',
    stopped: 'none',
    failed: 'none',
  },
  failed: {
    unreachable: 'none',
    absent: 'none',
    older: 'clears',
    starting: 'begins',
    running: 'runs',
    stopping: 'ends',
    finished: 'finishes',
    stopped: 'none',
    failed: 'none',
  },
}

/** What is wanted: this run, another one, or none. */
export const aims = ['run', 'replace', 'stop'] as const
export type Aim = (typeof aims)[number]

export type Deed =
  | 'none'
  | 'start'
  /** Once it is due. */
  | 'start-when-due'
  | 'stop'
  /** What was ordered is ordered again, until the host has taken it. */
  | 'order'
  /** Nothing is to be done for it to be stopped but to say so. */
  | 'rest'

const deeds: Readonly<Record<JobState, Readonly<Record<Aim, Deed>>>> = {
  stopped: { run: 'start', replace: 'start', stop: 'none' },
  starting: { run: 'order', replace: 'stop', stop: 'stop' },
  running: { run: 'none', replace: 'stop', stop: 'stop' },
  stopping: { run: 'order', replace: 'stop', stop: 'stop' },
  'backing-off': { run: 'start-when-due', replace: 'start', stop: 'rest' },
  finished: { run: 'none', replace: 'start', stop: 'rest' },
  failed: { run: 'none', replace: 'start', stop: 'rest' },
}

export function stepOf(state: JobState, sight: Sight): Step {
  return steps[state][sight]
}

export function deedOf(state: JobState, aim: Aim): Deed {
  return deeds[state][aim]
}

/** Whether a run of the job may be alive as far as this state tells; where not, an answer that nothing is there needs no second one. */
export function mayBeAlive(state: JobState): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping'
}
