/**
 * One life of a process. All that it does to the world outside is an effect, and at one of them it may be struck: killed, after which
 * nothing that it does counts, nor goes on; or told that the effect failed, after which it may still clean up.
 */
import type { Dice } from '../oracle/random-query.ts'
import type { VirtualTime } from './virtual-time.fixture.ts'

export interface Blow {
  readonly kind: 'kill' | 'failure'
  /** The effect that is struck, counted from 1. */
  readonly at: number
  /** How much of the effect happens all the same. */
  readonly moment: 'before' | 'within' | 'after'
}

export class Life {
  readonly dice: Dice
  readonly #time: Pick<VirtualTime, 'after'>
  readonly #blow: Blow | null
  effects = 0
  isDead = false
  /** What was struck; null before. */
  struck: string | null = null
  /** Whether it came to the end of its work. */
  isEnded = false
  /** Checkpoints that were published. */
  checkpoints = 0

  constructor(time: Pick<VirtualTime, 'after'>, dice: Dice, blow: Blow | null) {
    this.#time = time
    this.dice = dice
    this.#blow = blow
  }

  /** Does something to the world outside, soon; `part` does it in part. Of the dead nothing is heard any more. */
  async effect<T>(name: string, act: () => T, part: () => void = () => undefined): Promise<T> {
    await this.#pause()
    if (this.isDead) return never()
    this.effects += 1
    const blow = this.#blow?.at === this.effects ? this.#blow : null
    if (blow?.moment === 'within') part()
    const done = blow === null || blow.moment === 'after' ? act() : null
    if (blow !== null) return this.#strike(blow, name)
    await this.#pause()
    return this.isDead ? never() : (done as T)
  }

  #strike({ kind, moment, at }: Blow, name: string): Promise<never> {
    this.struck = `${kind} ${moment} effect ${at}, ${name}`
    if (kind === 'failure') return Promise.reject(new Error(`${name} could not be done`))
    this.isDead = true
    return never()
  }

  #pause(): Promise<void> | void {
    if (this.dice.chance(30)) return this.#time.after(this.dice.below(4))
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
