/** Whether the server answers. Any call may find that it does not; then `/health` is asked until it does again. */

interface Presence {
  /** When the server was first missed; null while it answers. */
  readonly goneSince: number | null
}

const pausesMs = [500, 1000, 2000, 3000]

class ServerPresence {
  private presence: Presence = { goneSince: null }
  private readonly listeners = new Set<() => void>()
  private readonly returns = new Set<() => void>()

  readonly read = (): Presence => this.presence

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Calls back whenever the server has come back. */
  onReturn(back: () => void): void {
    this.returns.add(back)
  }

  lost(): void {
    if (this.presence.goneSince !== null) return
    this.tell({ goneSince: Date.now() })
    void this.waitForReturn()
  }

  /** Waits until the server answers; at once when it does. */
  async present(signal: AbortSignal): Promise<void> {
    while (this.presence.goneSince !== null && !signal.aborted) await pause(300)
  }

  private async waitForReturn(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await pause(pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 3000)
      const isBack = await fetch('/api/v1/health', { cache: 'no-store' }).then(
        (response) => response.ok,
        () => false,
      )
      if (isBack) break
    }
    this.tell({ goneSince: null })
    for (const back of this.returns) back()
  }

  private tell(presence: Presence): void {
    this.presence = presence
    for (const listener of this.listeners) listener()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export const serverPresence = new ServerPresence()
