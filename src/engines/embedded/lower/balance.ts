/**
 * Costly stages whose rows may be worked on anywhere: calls of users' functions, and lookups. What one worker alone reads, such as a single
 * small file, is shared there among all; see docs/decisions/0014-shared-stages.md.
 */
import type { Output } from '#dataflow'
import { type Expression, type Relation, walkExpression } from '#plan'
import type { Fused } from './fuse.ts'
import type { Lowering } from './lowering.ts'
import type { OutsideTask } from './outside-task.ts'

export function callsUser({ condition, columns }: Pick<Fused, 'condition' | 'columns'>): boolean {
  return [condition, ...columns.map(({ value }) => value)].some((value) => value !== null && hasUserCall(value))
}

export function hasUserCall(expression: Expression): boolean {
  let found = false
  walkExpression(expression, (part) => {
    if (part.kind === 'call' && part.user !== undefined) found = true
  })
  return found
}

/**
 * Where the rows of `base` go to a stage that makes the rows of `relation` of them. `tasks` are what rows wait for within the stage, none
 * where it deals with them at once.
 */
export function balancedPort(relation: Relation, base: Relation, stage: Output, tasks: readonly OutsideTask[], lowering: Lowering): Output {
  const ownRows = (): number => tasks.reduce((rows, task) => rows + task.rows, 0)
  const shared = isShareable(relation, base, lowering) ? lowering.share(tasks.length === 0 ? null : ownRows, stage) : null
  if (shared === null) {
    for (const task of tasks) lowering.waitFor(task)
    return stage
  }
  for (const task of tasks) lowering.waitFor(new SharedTask(task, shared.isWanted))
  return shared.inputs
}

/** A relation that is no part of the plan is one of the steps of a reader of its base. */
function isShareable(relation: Relation, base: Relation, lowering: Lowering): boolean {
  const isFree = lowering.orderFree.has(relation) || lowering.orderFree.has(base)
  return isFree && lowering.isAppendOnly(base) && comesFromSources(base)
}

/** Whether rows come from sources as they are: what is held by key is shared already. */
function comesFromSources(relation: Relation): boolean {
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return true
    case 'project':
    case 'filter':
    case 'unnest':
    case 'watermark':
    case 'window':
      return comesFromSources(relation.input)
    case 'union':
      return relation.inputs.every(comesFromSources)
    case 'join':
      return comesFromSources(relation.left)
    default:
      return false
  }
}

/** Work outside that other workers share: while one of them has little to do, more rows may come, and go there. */
class SharedTask implements OutsideTask {
  readonly #task: OutsideTask
  readonly #isWanted: () => boolean

  constructor(task: OutsideTask, isWanted: () => boolean) {
    this.#task = task
    this.#isWanted = isWanted
  }

  get wake(): () => void {
    return this.#task.wake
  }

  set wake(wake: () => void) {
    this.#task.wake = wake
  }

  get isFull(): boolean {
    return this.#task.isFull && !this.#isWanted()
  }

  get isIdle(): boolean {
    return this.#task.isIdle
  }

  get rows(): number {
    return this.#task.rows
  }

  open(): Promise<void> {
    return this.#task.open()
  }

  sendAnswered(): void {
    this.#task.sendAnswered()
  }

  tick(): void {
    this.#task.tick()
  }

  close(): Promise<void> {
    return this.#task.close()
  }
}
