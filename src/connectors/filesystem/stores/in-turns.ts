/** Does something for each of many, a few at a time; fails with the first failure once those under way have ended. */
export async function inTurns<T>(items: readonly T[], atOnce: number, run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const turns = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item)
  })
  const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
