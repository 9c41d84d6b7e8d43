/**
 * Names relations by what they compute, so that the same statement gives the same names in every run, and a statement that changed
 * keeps the names of the parts that did not.
 */
import { createHash } from 'node:crypto'
import { planToJson, type Relation } from '#plan'

export class RelationIds {
  readonly #given = new Map<string, number>()

  /** `kind` and a digest of the relation with all that is below it; equal relations are numbered. */
  idOf(kind: string, relation: Relation): string {
    const digest = createHash('sha256')
      .update(withoutPlaces(planToJson({ outputs: [{ kind: 'collect', input: relation }] })))
      .digest('hex')
      .slice(0, 16)
    const name = `${kind}-${digest}`
    const count = (this.#given.get(name) ?? 0) + 1
    this.#given.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  }
}

/** Where a relation stands in the text, and how long its state lives, change nothing of what the state means. */
function withoutPlaces(json: string): string {
  return JSON.stringify(JSON.parse(json, (key, value: unknown) => (key === 'origin' || key === 'stateTtlMs' ? undefined : value)))
}
