/** Steers a run from outside, at the moments between two batches: for tests of what happens when a run breaks off. */

/** How far a run has read one of its inputs, in this life of it. */
export interface InputProgress {
  /** The last part of the table's path. */
  readonly table: string
  readonly rows: number
}

export interface RunPacer {
  /**
   * Is asked between any two batches what comes next. After `checkpoint`, which is taken whole, it is asked again before any other row is
   * read. `break-off` ends the run as if its process had died: with the checkpoints that were taken, and no other.
   */
  next(inputs: readonly InputProgress[]): 'go-on' | 'checkpoint' | 'break-off'
}
