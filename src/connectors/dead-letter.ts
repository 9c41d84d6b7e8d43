/** What a source could not read or a sink would not take, kept with all that is needed to look into it and to try it again. */

export interface DeadLetter {
  /** The code of the error. */
  readonly code: string
  /** What is wrong, in sentences, without secrets. */
  readonly message: string
  /** Where it comes from, as JSON: such as `{"topic":"clicks","partition":3,"offset":17}`, or the key of a row. */
  readonly position: string
  /** The bytes of the key, as they came; null when there are none. */
  readonly key: Uint8Array | null
  /** The bytes as they came, or the row as JSON; null when there are none. */
  readonly value: Uint8Array | null
}
