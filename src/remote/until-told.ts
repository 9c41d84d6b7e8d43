/**
 * Asks until a job manager says what it knows already by other words: its answers come out of a memory that is three seconds old at most
 * (`web.refresh-interval` of Flink, unless it was changed). False where it goes on saying something else.
 */
export async function untilTold(ask: () => Promise<boolean>): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    if (await ask()) return true
    if (waitedMs >= waitMsMax) return false
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

const waitMsMax = 4000
const pollMs = 400
