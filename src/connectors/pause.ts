/** Longest stretch of real time between two looks at the clock, which may be a simulated one. */
const pauseMsMax = 50

/** Waits about `durationMs`, but never long: callers look at their clock and wait again. Ends at once when the signal is aborted. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, Math.min(Math.max(durationMs, 1), pauseMsMax))
    signal.addEventListener('abort', end)
  })
}
