/** What is measured under one name in a run of one worker: see run-meters.ts. */
import type { ConnectorMeter } from '#connectors'
import type { Operator, OperatorMeter } from '#dataflow'
import type { OperatorMetrics, SourcePartitions } from '#metrics'
import type { Relation } from '#plan'
import type { OutsideTask } from './outside-task.ts'
import type { RunMeters } from './run-meters.ts'

/** What is measured together, under one name. */
export interface Measured {
  readonly id: string
  readonly name: string
  readonly kind: OperatorMetrics['kind']
  readonly nodes: number[]
  readonly meter: OperatorMeter
  /** What its rows come from, by whatever ways. */
  readonly below: readonly Relation[]
  readonly operators: Operator[]
  readonly tasks: OutsideTask[]
  /** Whether only another worker has it. */
  isAbsent: boolean
  /** Whether rows of other workers come to it. */
  hasQueue: boolean
  rowsWritten: (() => number) | null
  /** What its connector tells, while there is one. */
  connector: ConnectorMeter | null
  /** Tells what the partitions stand at that it reads, while it reads some. */
  partitions: (() => SourcePartitions | null) | null
}

/** An operator, and what stands before its exchange if it has one. */
export class MeteredOperator {
  readonly measured: Measured
  readonly #meters: RunMeters
  #exchange: Measured | null = null

  constructor(meters: RunMeters, measured: Measured) {
    this.#meters = meters
    this.measured = measured
  }

  get meter(): OperatorMeter {
    return this.measured.meter
  }

  /** Whose the time is of what takes the rows first. */
  get entry(): OperatorMeter {
    return (this.#exchange ?? this.measured).meter
  }

  /** Whether only another worker has it. */
  get isAbsent(): boolean {
    return this.measured.isAbsent
  }

  set isAbsent(isAbsent: boolean) {
    this.measured.isAbsent = isAbsent
  }

  /** Adds an exchange before it. Where rows are combined on their way, the keys of all are known only there. */
  exchange(isCombined: boolean): { readonly sends: OperatorMeter; readonly receives: OperatorMeter } {
    const { id, name, below, nodes } = this.measured
    this.#exchange ??= this.#meters.add(`${id}-exchange`, isCombined ? `Local${name}` : `Exchange: ${name}`, 'exchange', nodes, below)
    this.measured.hasQueue = true
    if (isCombined) {
      this.#exchange.meter.keys = this.meter.keys
      this.meter.keys = null
    }
    return { sends: this.#exchange.meter, receives: this.meter }
  }

  /** Counts the state and the late rows of an operator as its own. */
  holds(operator: Operator): void {
    if (!this.measured.operators.includes(operator)) this.measured.operators.push(operator)
  }

  waitsFor(task: OutsideTask): void {
    this.measured.tasks.push(task)
    this.#meters.noteWork(task, this.meter)
  }

  /** Relations that it computes as well. */
  covers(relations: readonly Relation[]): void {
    for (const relation of relations) {
      const number = this.#meters.numberOf(relation)
      if (number !== null && !this.measured.nodes.includes(number)) this.measured.nodes.push(number)
    }
  }
}

export function measuredBy(
  meter: OperatorMeter,
  id: string,
  name: string,
  kind: Measured['kind'],
  nodes: number[],
  below: readonly Relation[],
): Measured {
  return {
    id,
    name,
    kind,
    nodes,
    meter,
    below,
    operators: [],
    tasks: [],
    isAbsent: false,
    hasQueue: false,
    rowsWritten: null,
    connector: null,
    partitions: null,
  }
}
