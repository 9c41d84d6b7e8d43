/** Questions to a process that are answered one by one, in any order. */
import { errorOf, type Failure } from '#base'
import type { Answer } from './protocol.ts'

export class Requests {
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>()
  #last = 0

  get isWaiting(): boolean {
    return this.#open.size > 0
  }

  /** Asks with a number of its own; fails with what the process refuses it for. */
  ask<Reply>(send: (request: number) => void): Promise<Reply> {
    const request = ++this.#last
    const asked = Promise.withResolvers<unknown>()
    this.#open.set(request, asked)
    send(request)
    return asked.promise as Promise<Reply>
  }

  answered(answer: Extract<Answer, { kind: 'replied' | 'refused' }>): void {
    const asked = this.#open.get(answer.request)
    this.#open.delete(answer.request)
    if (answer.kind === 'replied') asked?.resolve(answer.value)
    else asked?.reject(errorOf(answer.failure))
  }

  /** The process is gone. */
  fail(reason: Failure): void {
    for (const asked of this.#open.values()) asked.reject(errorOf(reason))
    this.#open.clear()
  }
}
