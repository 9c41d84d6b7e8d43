/** Makes the leader of a run that several threads share. */
import { type Clock, parseDurationMs } from '#base'
import { type Carrier, Exchanges } from '#dataflow'
import type { ResultListener } from '../../engine.ts'
import { Checkpointer, type DurableSettings } from '../checkpoint/checkpointer.ts'
import type { EmbeddedProgram } from '../program.ts'
import type { WorkerHost } from './host.ts'
import { Leader } from './leader.ts'

export interface LedRun {
  readonly program: EmbeddedProgram
  readonly workers: number
  readonly host: WorkerHost
  readonly clock: Clock
  readonly results: ResultListener | undefined
  readonly durable: DurableSettings | null
  readonly commitEveryMs: number | null
}

export async function createLeader(run: LedRun): Promise<Leader> {
  const { program, workers, host, clock, results, durable, commitEveryMs } = run
  // The first worker has everything that any of them has.
  const exchanges = workers === 1 ? null : new Exchanges({ index: 0, count: workers }, unconnected)
  const sample = program.instantiate(() => undefined, exchanges)
  const link = await host.host({
    program,
    workers,
    exchanges: exchanges?.count ?? 0,
    checkpoints: durable === null ? null : (program.settings['execution.checkpointing.dir'] ?? null),
  })
  return new Leader({
    workers,
    link,
    scans: sample.scans,
    sinks: sample.sinks,
    dividesInputs: host.dividesInputs !== false,
    schemas: sample.outputs.map(({ schema }) => schema),
    results,
    checkpointer:
      durable === null
        ? null
        : new Checkpointer(
            durable,
            clock,
            sample.savedState().keepers,
            sample.sinks.map(({ id }) => id),
          ),
    commitEveryMs,
    callMsMax: parseDurationMs(program.settings['execution.user-function.timeout'] ?? '') ?? callMsDefault,
    clock,
  })
}

/** What computes for so long will not end. */
const callMsDefault = 60_000

/** For operators that nothing flows through. */
const unconnected: Carrier = { send: () => undefined, isFull: () => false, waiting: () => 0, release: () => undefined }
