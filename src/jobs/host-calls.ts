/**
 * Calls to a host, each with an end: one that takes too long counts as not answered, and what it says later is not heard. A host that
 * hangs is called again for the same thing only now and then, so that calls do not pile up.
 */
import { timerMs } from '#base'
import { jobErrors } from './errors.ts'

/** A call that has not ended after so many times its limit will not end any more. */
const patience = 5

export class HostCalls {
  readonly #open = new Map<string, number>()
  /** Calls for the same thing that may be under way at a time. */
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** Fails with JOBS_HOST_SILENT when there is no answer in time. */
  async make<T>(what: string, call: () => Promise<T>, limitMs: number): Promise<T> {
    const open = this.#open.get(what) ?? 0
    if (open >= this.#most) throw jobErrors.JOBS_HOST_HANGS({ calls: open })
    this.#open.set(what, open + 1)
    const called = invoke(call)
    this.#closeAfter(what, called, limitMs * patience)
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(jobErrors.JOBS_HOST_SILENT({ limit: limitMs })), timerMs(limitMs))
    })
    try {
      return await Promise.race([called, late])
    } finally {
      clearTimeout(timer)
    }
  }

  #closeAfter(what: string, called: Promise<unknown>, ms: number): void {
    let isOpen = true
    const close = (): void => {
      clearTimeout(timer)
      if (isOpen) this.#close(what)
      isOpen = false
    }
    const timer = setTimeout(close, timerMs(ms))
    called.then(close, close)
  }

  #close(what: string): void {
    const left = (this.#open.get(what) ?? 1) - 1
    if (left <= 0) this.#open.delete(what)
    else this.#open.set(what, left)
  }
}

/** A call that throws before it gives a promise fails like any other. */
async function invoke<T>(call: () => Promise<T>): Promise<T> {
  return call()
}
