/**
 * Time cut into slices, so that windows which overlap share their work: a row is added to one slice, and a window is the sum of its
 * slices. Slices and windows go by their end, in epoch milliseconds of the time column's own clock; ends are exclusive.
 */

/** All lengths in milliseconds. `attached`: rows carry the end of their window already. */
export type SliceShape =
  | { readonly kind: 'tumble'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hop'; readonly slideMs: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulate'; readonly stepMs: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'attached' }

export function sliceLengthOf(shape: Exclude<SliceShape, { kind: 'attached' }>): number {
  return shape.kind === 'tumble' ? shape.sizeMs : shape.kind === 'hop' ? shape.slideMs : shape.stepMs
}

/** The end of the slice that an instant falls in. */
export function sliceEndOf(shape: SliceShape, atMs: number): number {
  if (shape.kind === 'attached') return atMs
  const length = sliceLengthOf(shape)
  return Math.floor((atMs - shape.offsetMs) / length) * length + shape.offsetMs + length
}

/** The end of the last window that holds a slice. */
export function lastWindowEndOf(shape: SliceShape, sliceEnd: number): number {
  switch (shape.kind) {
    case 'hop':
      return sliceEnd - shape.slideMs + shape.sizeMs
    case 'cumulate':
      return windowStartOf(shape, sliceEnd) + shape.sizeMs
    default:
      return sliceEnd
  }
}

/** The start of the window that ends at `end`; for cumulating windows all ends of one span have the same start. */
export function windowStartOf(shape: Exclude<SliceShape, { kind: 'attached' }>, end: number): number {
  if (shape.kind !== 'cumulate') return end - shape.sizeMs
  return Math.floor((end - 1 - shape.offsetMs) / shape.sizeMs) * shape.sizeMs + shape.offsetMs
}

/**
 * A clock that windows follow, such as local time in a zone; watermarks speak in epoch milliseconds. Where it is put forward it leaves
 * local times out, and where it is put back it shows some of them twice.
 */
export interface WindowClock {
  toLocalMs(epochMs: number): number
  /** The instant of a local time: the first of two, and of one that is left out the instant that it would have been. */
  toEpochMs(localMs: number): number
  /** The watermark after which a local time does not come any more: of two the second, of one that is left out the change itself. */
  passedAtMs(localMs: number): number
}

/** How far a clock is put forward or back at most. */
export const clockChangeMsMax = 3 * 3_600_000

/** The watermark that closes a window: its last millisecond. */
export function closesAtMs(clock: WindowClock | null, end: number): number {
  return clock === null ? end - 1 : clock.passedAtMs(end - 1)
}

/** The time of a window, as an instant: its last millisecond. */
export function windowTimeMs(clock: WindowClock | null, end: number): number {
  return clock === null ? end - 1 : clock.toEpochMs(end - 1)
}
