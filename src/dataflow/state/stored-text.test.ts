import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newArrays, type Vector } from '#data'
import { StoredText } from './stored-text.ts'

const encoder = new TextEncoder()

function bytesOf(texts: readonly string[]): Vector {
  const encoded = texts.map((text) => encoder.encode(text))
  const ends = new Int32Array(texts.length)
  for (const [i, bytes] of encoded.entries()) ends[i] = (ends[i - 1] ?? 0) + bytes.length
  const starts = ends.map((end, i) => end - (encoded[i]?.length ?? 0))
  return { form: 'bytes', data: Uint8Array.from(encoded.flatMap((bytes) => [...bytes])), starts, ends, nulls: null }
}

/** A column of texts beside a map that holds the same. */
class Kept {
  readonly column = new StoredText(true)
  readonly texts = new Map<number, string>()
  #next = 0

  write(vector: Vector, texts: readonly string[]): void {
    const ids = Int32Array.from(texts, () => this.#next++)
    this.column.reserve(this.#next)
    this.column.write(vector, null, texts.length, ids)
    for (const [i, id] of ids.entries()) this.texts.set(id, texts[i] as string)
  }

  /** Some of the rows as a vector, with what they are. */
  some(from: number): { readonly vector: Vector; readonly texts: string[] } {
    const ids = Int32Array.from([...this.texts.keys()].slice(from))
    return { vector: this.column.gather(ids, ids.length, null, newArrays), texts: [...this.texts.values()].slice(from) }
  }

  release(share: number): void {
    const ids = [...this.texts.keys()].slice(0, share)
    this.column.release(ids)
    for (const id of ids) this.texts.delete(id)
  }

  /** What the column holds of the texts in the map. */
  read(): unknown[] {
    return [...this.texts.keys()].map((id) => this.column.valueAt(id))
  }
}

const text = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.nat(200)).map(([unit, times]) => unit.repeat(times))
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), texts: fc.array(text, { maxLength: 20, size: 'max' }) }),
  fc.record({ kind: fc.constant('own' as const), texts: fc.array(text, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('pass' as const), source: fc.nat(9), from: fc.nat(9) }),
  fc.record({ kind: fc.constant('release' as const), share: fc.nat(30), of: fc.nat(2) }),
)

describe('stored text', () => {
  test('keeps texts of other columns, however these grow, move theirs or come together', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const sources = [new Kept(), new Kept()] as const
        const kept = new Kept()
        for (const each of steps) {
          if (each.kind === 'write') sources[0].write(bytesOf(each.texts), each.texts)
          else if (each.kind === 'own') sources[1].write(bytesOf(each.texts), each.texts)
          else if (each.kind === 'pass') {
            const { vector, texts } = sources[each.source === 0 ? 1 : 0].some(each.from)
            kept.write(vector, texts)
          } else [...sources, kept][each.of]?.release(each.share)
          expect(kept.read()).toEqual([...kept.texts.values()])
        }
      }),
    )
  })

  test('copies nothing that another column keeps', () => {
    const source = new Kept()
    const texts = ['a'.repeat(10_000), 'b'.repeat(10_000)]
    source.write(bytesOf(texts), texts)
    const kept = new Kept()
    const passed = source.some(0)
    kept.write(passed.vector, passed.texts)
    expect(kept.read()).toEqual(texts)
    expect(kept.column.stateBytes).toBeLessThan(1000)
  })
})
