/**
 * Who measures what in a run of one worker: a meter for each operator, one for what stands before its exchange, and one for each sink.
 * What lies between two of them is one stage, whose relations are not measured apart.
 */
import type { Clock } from '#base'
import { ConnectorMeter } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import { type Exchanges, type Operator, OperatorMeter, Stopwatch } from '#dataflow'
import type { ConnectorMetrics, OperatorMetrics, SourcePartitions } from '#metrics'
import { inputsOf, type Plan, type Output as PlanOutput, printRelationLine, type Relation, rootsOf, walkRelations } from '#plan'
import { type Measured, MeteredOperator, measuredBy } from './metered-operator.ts'
import type { OutsideTask } from './outside-task.ts'
import type { ObservedWaits } from './sink.ts'
import type { ScanTask } from './tasks.ts'

/** How long a worker waited for something behind operators, and who that was. */
interface Wait {
  readonly forMeter: OperatorMeter
  readonly ms: number
}

export class RunMeters {
  readonly stopwatch: Stopwatch
  /** For what is not measured. */
  readonly nobody: MeteredOperator
  readonly #plan: Plan
  readonly #numbers = new Map<Relation, number>()
  readonly #measured: Measured[] = []
  readonly #operators = new Map<Relation, MeteredOperator>()
  readonly #scans = new Map<object, MeteredOperator>()
  readonly #works = new Map<OutsideTask, OperatorMeter>()
  readonly #sinks = new Map<object, Measured>()
  /** Found when everything is there. */
  #absent: ReadonlySet<Measured> | null = null
  /** Those whose rows reach a meter, found when they are asked for. */
  readonly #above = new Map<OperatorMeter, readonly OperatorMeter[]>()

  constructor(plan: Plan, clock: Clock) {
    this.stopwatch = new Stopwatch(clock)
    this.#plan = plan
    this.nobody = new MeteredOperator(this, measuredBy(this.stopwatch.outside, '', '', 'operator', [], []))
    // As EXPLAIN JSON_EXECUTION_PLAN numbers them.
    walkRelations(rootsOf(plan), (relation) => this.#numbers.set(relation, this.#numbers.size + 1))
  }

  /** The number of a relation of the plan; null for one that is only a step of another. */
  numberOf(relation: Relation): number | null {
    return this.#numbers.get(relation) ?? null
  }

  add(id: string, name: string, kind: Measured['kind'], nodes: number[], below: readonly Relation[]): Measured {
    const measured = measuredBy(new OperatorMeter(this.stopwatch), id, name, kind, [...nodes], below)
    this.#measured.push(measured)
    return measured
  }

  /** The meter of a relation. */
  of(relation: Relation): MeteredOperator {
    const known = this.#operators.get(relation)
    if (known !== undefined) return known
    const number = this.numberOf(relation)
    const id = number === null ? `step-${this.#operators.size + 1}` : `${number}`
    const kind = inputsOf(relation).length === 0 ? 'source' : 'operator'
    const measured = this.add(id, nameOf(relation), kind, number === null ? [] : [number], inputsOf(relation))
    const metered = new MeteredOperator(this, measured)
    this.#operators.set(relation, metered)
    return metered
  }

  /** The meter of what writes the rows of an output. */
  sink(output: PlanOutput, writer: { readonly rows: number }): MeteredOperator {
    const number = this.#numbers.size + 1 + this.#plan.outputs.indexOf(output)
    const name = `Sink: ${output.kind === 'insert' ? output.table.join('.') : 'Collect'}`
    const measured = this.add(`${number}`, name, 'sink', [number], [output.input])
    measured.rowsWritten = () => writer.rows
    this.#sinks.set(writer, measured)
    return new MeteredOperator(this, measured)
  }

  /** What stands before a sink, and is no relation. */
  beforeSink(output: MeteredOperator, name: string, word: string): MeteredOperator {
    const { id, below, nodes } = output.measured
    return new MeteredOperator(this, this.add(`${id}-${word}`, name, 'operator', nodes, below))
  }

  /** The run waited for writers. */
  readonly waits: ObservedWaits = {
    nowMs: () => this.stopwatch.nowMs,
    waited: (ended) => {
      this.stopwatch.settle()
      this.#noteWaits(
        ended.flatMap(({ writer, ms }) => {
          const meter = this.#sinks.get(writer)?.meter
          return meter === undefined ? [] : [{ forMeter: meter, ms }]
        }),
        true,
      )
    },
  }

  /** What has no room now: rows that wait for calls outside, and ways to other workers. `note` is told how long that was waited for. */
  fullNow(exchanges: Exchanges | null): { note(ms: number): void } {
    const calls = this.#measured.flatMap(({ tasks, meter }) => (tasks.some((task) => task.isFull) ? [meter] : []))
    const ways = exchanges?.fullMeters.map(({ sends }) => sends) ?? []
    if (calls.length + ways.length === 0) return nothingFull
    const waits = (meters: readonly OperatorMeter[], ms: number): Wait[] => meters.map((forMeter) => ({ forMeter, ms }))
    return {
      note: (ms) => {
        this.stopwatch.settle()
        this.#noteWaits(waits(calls, ms), true)
        this.#noteWaits(waits(ways, ms), false)
      },
    }
  }

  /** The meter of a scan, which is that of all who read the same table in the same way. */
  ofScan(scan: Relation, task: ScanTask): MeteredOperator {
    const known = this.#scans.get(task) ?? this.of(scan)
    this.#scans.set(task, known)
    this.#operators.set(scan, known)
    known.covers([scan])
    return known
  }

  /** A new meter for the connector of a source or a sink. */
  connect(what: object, clock: Clock): ConnectorMeter {
    const meter = new ConnectorMeter(clock)
    const measured = this.#scans.get(what)?.measured ?? this.#sinks.get(what)
    if (measured !== undefined) measured.connector = meter
    return meter
  }

  /** Asks, whenever it is measured, what the partitions of a source stand at. */
  watchPartitions(task: ScanTask, partitions: () => SourcePartitions | null): void {
    const measured = this.#scans.get(task)?.measured
    if (measured !== undefined) measured.partitions = partitions
  }

  meterOfTask(task: ScanTask): OperatorMeter {
    return this.#scans.get(task)?.meter ?? this.nobody.meter
  }

  noteWork(task: OutsideTask, meter: OperatorMeter): void {
    this.#works.set(task, meter)
  }

  meterOfWork(task: OutsideTask): OperatorMeter {
    return this.#works.get(task) ?? this.nobody.meter
  }

  /**
   * Notes that the worker waited: who was waited for was busy, unless that was another worker, and all whose rows go there were held back.
   */
  #noteWaits(waits: readonly Wait[], isBusy: boolean): void {
    const heldMs = new Map<OperatorMeter, number>()
    for (const { forMeter, ms } of waits) {
      for (const meter of this.#above.get(forMeter) ?? this.#findAbove(forMeter)) {
        heldMs.set(meter, Math.max(ms, heldMs.get(meter) ?? 0))
      }
    }
    const busyMs = new Map<OperatorMeter, number>()
    for (const { forMeter, ms } of waits) busyMs.set(forMeter, Math.max(ms, busyMs.get(forMeter) ?? 0))
    for (const [meter, ms] of busyMs) {
      if (isBusy) meter.busyMs += ms
      else meter.backPressuredMs += ms
      heldMs.delete(meter)
    }
    for (const [meter, ms] of heldMs) meter.backPressuredMs += ms
  }

  #findAbove(forMeter: OperatorMeter): readonly OperatorMeter[] {
    const target = this.#measured.find(({ meter }) => meter === forMeter)
    const relations = new Set<Relation>()
    walkRelations(target?.below ?? [], (relation) => relations.add(relation))
    const numbers = new Set([...relations].flatMap((relation) => this.numberOf(relation) ?? []))
    const own = new Set(target?.nodes ?? [])
    const above = this.#measured.flatMap(({ meter, nodes, kind }) => {
      if (meter === forMeter) return []
      const isBelow = nodes.some((number) => numbers.has(number))
      const isBefore = target?.kind === 'sink' && kind !== 'sink' && nodes.some((number) => own.has(number))
      return isBelow || isBefore ? [meter] : []
    })
    this.#above.set(forMeter, above)
    return above
  }

  /** What was measured until now, of a worker that has lived for so long. */
  snapshot(lifeMs: number, exchanges: Exchanges | null): OperatorMetrics[] {
    const subtask = exchanges?.place.index ?? 0
    this.stopwatch.settle()
    this.#absent ??= this.#findAbsent()
    const absent = this.#absent
    return this.#inOrder().flatMap((measured) => {
      if (absent.has(measured)) return []
      const { id, name, kind, nodes, meter, operators, tasks, hasQueue, rowsWritten, connector, partitions } = measured
      const sum = (of: (operator: Operator) => number): number => operators.reduce((total, operator) => total + of(operator), 0)
      const busyMs = Math.min(meter.busyMs, lifeMs)
      const backPressuredMs = Math.min(meter.backPressuredMs, lifeMs - busyMs)
      const sample = meter.keys?.sample()
      return {
        operatorId: id,
        operatorName: name,
        kind,
        nodes,
        subtask,
        parallelism: 1,
        // What a source reads is what it gives.
        numRecordsIn: kind === 'source' ? meter.rowsOut : meter.rowsIn,
        numRecordsOut: rowsWritten?.() ?? meter.rowsOut,
        numLateRecordsDropped: sum(({ lateRows = 0 }) => lateRows),
        accumulatedBusyTimeMs: busyMs,
        accumulatedBackPressuredTimeMs: backPressuredMs,
        accumulatedIdleTimeMs: lifeMs - busyMs - backPressuredMs,
        currentInputWatermark: timeOrNull(meter.inputWatermark),
        currentOutputWatermark: timeOrNull(meter.outputWatermark),
        stateBytes: sum(({ stateBytes = 0 }) => stateBytes),
        spilledBytes: sum(({ spilledBytes = 0 }) => spilledBytes),
        inputQueueLength: hasQueue ? (exchanges?.waitingFor(meter) ?? null) : null,
        waitingRecords: tasks.length === 0 ? null : tasks.reduce((rows, task) => rows + task.rows, 0),
        connector: connector === null ? null : told(connector),
        heaviestKeys: sample === undefined ? null : sample,
        partitions: partitions?.() ?? null,
      }
    })
  }

  /** As in the plan, each behind its exchange. */
  #inOrder(): readonly Measured[] {
    const placeOf = ({ nodes, kind }: Measured): number => (nodes[0] ?? this.#numbers.size + 0.5) * kinds.length + kinds.indexOf(kind)
    return this.#measured.toSorted((a, b) => placeOf(a) - placeOf(b))
  }

  /** What only other workers have, and what follows nothing else. What is done before an exchange is here all the same. */
  #findAbsent(): ReadonlySet<Measured> {
    const absent = new Set(this.#measured.filter(({ isAbsent }) => isAbsent))
    const isAbsent = (relation: Relation): boolean => {
      const known = this.#operators.get(relation)
      return known !== undefined && absent.has(known.measured)
    }
    const note = (measured: Measured): void => {
      if (measured.below.length > 0 && measured.below.every(isAbsent)) absent.add(measured)
    }
    walkRelations(rootsOf(this.#plan), (relation) => {
      const known = this.#operators.get(relation)
      if (known !== undefined) note(known.measured)
    })
    for (const measured of this.#measured) if (measured.kind === 'sink') note(measured)
    return absent
  }
}

const kinds: readonly Measured['kind'][] = ['exchange', 'source', 'operator', 'sink']

const nothingFull = { note: (): void => undefined }

function nameOf(relation: Relation): string {
  if (relation.kind === 'scan') return `Source: ${relation.table.join('.')}`
  const line = printRelationLine(relation)
  const name = line.slice(0, line.indexOf('('))
  return inputsOf(relation).length === 0 ? `Source: ${name}` : name
}

function told({ bytes, errors, retries, lag, waiting }: ConnectorMeter): ConnectorMetrics {
  return {
    numBytes: bytes,
    numRecordsErrors: errors,
    numRetries: retries,
    pendingRecords: lag,
    waitingFor: waiting?.reason ?? null,
    waitingSince: waiting?.since ?? null,
  }
}

function timeOrNull(watermarkMs: number): number | null {
  return watermarkMs === watermarkNone || watermarkMs === watermarkEnd ? null : watermarkMs
}
