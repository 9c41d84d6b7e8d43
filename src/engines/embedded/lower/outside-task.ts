/** Work outside that rows wait for during a run. The loop of the run opens it, sends what has been answered, and waits while it is full. */
export interface OutsideTask {
  /** Called when there may be something to send, or to throw. */
  wake: () => void
  open(): Promise<void>
  /** Whether no more rows should come for now. */
  readonly isFull: boolean
  /** Rows that wait for answers. */
  readonly rows: number
  /** Whether no rows wait for answers. */
  readonly isIdle: boolean
  /** Sends on what was answered, in its order; throws what went wrong. */
  sendAnswered(): void
  /** Begins what it is time for. */
  tick(): void
  close(): Promise<void>
}
