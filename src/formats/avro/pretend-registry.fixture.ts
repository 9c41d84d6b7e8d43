/** A schema registry in memory, in simulated time, that can be down: for tests of what is asked of one. */
import { type RegistryAnswer, type RegistryClient, Unanswered } from './registry.ts'

export class PretendRegistry implements RegistryClient {
  readonly url = 'http://pretend'
  readonly schemas: { readonly id: number; readonly body: Record<string, unknown> }[] = []
  /** Requests so far, as `GET /schemas/ids/1`. */
  readonly asked: string[] = []
  nowMs = 0
  /** Until when it does not answer. */
  downUntilMs = 0
  answers: ((method: string, path: string, body: string | null) => RegistryAnswer | null) | null = null
  readonly clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs }

  add(id: number, schema: unknown, more: Record<string, unknown> = {}): void {
    this.schemas.push({ id, body: { schema: typeof schema === 'string' ? schema : JSON.stringify(schema), ...more } })
  }

  async send(method: 'GET' | 'POST', path: string, body: string | null): Promise<RegistryAnswer> {
    this.asked.push(`${method} ${path}`)
    if (this.nowMs < this.downUntilMs) throw new Unanswered('a refused connection', false)
    const special = this.answers?.(method, path, body) ?? null
    if (special !== null) return special
    const found = this.schemas.find(({ id }) => path === `/schemas/ids/${id}`)
    if (found === undefined) return { status: 404, text: JSON.stringify({ error_code: 40403, message: 'Schema not found' }) }
    return { status: 200, text: JSON.stringify(found.body) }
  }

  async sleep(durationMs: number): Promise<void> {
    this.nowMs += durationMs
  }
  random(): number {
    return 1
  }
  async close(): Promise<void> {}
}
