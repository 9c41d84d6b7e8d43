/**
 * The distinct values of each group, for all aggregates of an operator that ask for those of the same arguments: its members, which
 * differ in their functions and filters. State is an entry for each value of each group, with a bit for each member that has seen it,
 * or a count for each member where rows may go; its bound is the count of distinct values.
 */
import {
  bytesType,
  type DataType,
  doubleType,
  EncodedReader,
  EncodedWriter,
  integerType,
  numbersIn,
  readVector,
  sliceVector,
  type Vector,
  valueAt,
  vectorOf,
  withNullable,
  writeVector,
} from '#data'
import { ChangedPages } from '../state/changed-pages.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import type { SavedColumns } from '../state/saved-columns.ts'

const none = -1
const savedType = withNullable(bytesType, true)
const bitsType = withNullable(integerType, false)
const countType = withNullable(doubleType, false)

/** A bit for each member has to fit into a word. */
export const distinctMembersMax = 32

export interface DistinctShape {
  /** Types of the arguments. */
  readonly types: readonly DataType[]
  readonly members: number
  /** Whether rows may be taken back. */
  readonly retracts: boolean
  /** Whether rows come whose arguments are NULL. */
  readonly keepsNulls: boolean
}

/** Rows with the members that they concern. */
export interface DistinctInput {
  /** The slot of each row. */
  readonly slots: Int32Array
  readonly rows: number
  readonly arguments: readonly Vector[]
  /** For each row a bit for each member. */
  readonly members: Int32Array
  /** For each row 1 or −1, what a bit says is done with it; null when all rows come. */
  readonly signs: Int8Array | null
}

/** What an accumulator is to do with each row, by the bits of its member; written to `signs`, which has room. */
export function signsOfMember(member: number, { rows, members, signs: all }: DistinctInput, signs: Int8Array): Int8Array {
  for (let row = 0; row < rows; row++) {
    const bit = ((members[row] as number) >>> member) & 1
    signs[row] = all === null ? bit : bit * (all[row] as number)
  }
  return signs
}

export class DistinctValues {
  readonly #shape: DistinctShape
  /** A group's slot and the values. */
  readonly entries: KeyTable
  /** Which entries changed: an entry is marked before it changes or goes. */
  readonly pages = new ChangedPages()
  /** By entry the bits of the members that have seen it; unused where rows may go. */
  #seen = new Int32Array(0)
  /** By entry and member the rows that have it; unused where rows only come. */
  #counts = new Float64Array(0)
  /** The entries of a slot are a list, the newest first; where none goes alone, nobody has to know the one before. */
  #heads = new Int32Array(0)
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  /** By entry its slot + 1; 0 where it is in no list. */
  #slots = new Int32Array(0)
  #selection = new Int32Array(16)
  #found = new Int32Array(16)
  readonly #writer = new EncodedWriter()
  readonly saved: SavedColumns

  constructor(shape: DistinctShape) {
    this.#shape = shape
    const types = shape.keepsNulls ? shape.types : shape.types.map((type) => withNullable(type, false))
    this.entries = new KeyTable([{ ...integerType, nullable: false }, ...types])
    this.saved = {
      types: [savedType],
      save: (slots, count) => this.#save(slots, count),
      load: (slots, [column], count) => {
        for (let i = 0; i < count; i++) {
          const bytes = valueAt(column as Vector, i, savedType)
          if (bytes !== null) this.#load(slots[i] as number, new EncodedReader(bytes as Uint8Array))
        }
      },
    }
  }

  get stateBytes(): number {
    const lists = this.#heads.byteLength + this.#next.byteLength + this.#previous.byteLength + this.#slots.byteLength
    return this.entries.stateBytes + lists + this.#seen.byteLength + this.#counts.byteLength
  }

  /** Types of the arguments. */
  get types(): readonly DataType[] {
    return this.#shape.types
  }

  reserve(slots: number): void {
    this.#heads = grownIntegers(this.#heads, slots, none)
  }

  /**
   * Takes rows in for the members whose bits are set. What remains set says for which members something changed: a value that came is
   * new to the group, or one that went is gone. Returns the bits that are left in any row.
   */
  add({ slots, rows, arguments: values, members, signs }: DistinctInput): number {
    const selected = this.#select(rows, members)
    const selection = selected === rows ? null : this.#selection
    this.#resolve(slots, values, selected, selection)
    const found = this.#found
    let changed = 0
    for (let s = 0; s < selected; s++) {
      const row = selection === null ? s : (selection[s] as number)
      const left = this.#take(found[s] as number, slots[row] as number, members[row] as number, signs === null ? 1 : (signs[row] as number))
      members[row] = left
      changed |= left
    }
    if (this.#shape.retracts) this.#dropEmpty(selected)
    return changed
  }

  /** Lists the rows that some member asks for. */
  #select(rows: number, members: Int32Array): number {
    if (this.#selection.length < rows) this.#selection = new Int32Array(rows)
    const selection = this.#selection
    let selected = 0
    for (let row = 0; row < rows; row++) if (members[row] !== 0) selection[selected++] = row
    return selected
  }

  #resolve(slots: Int32Array, values: readonly Vector[], rows: number, selection: Int32Array | null): void {
    if (this.#found.length < rows) this.#found = new Int32Array(rows)
    this.entries.resolve([{ form: 'integers', data: slots, nulls: null }, ...values], rows, this.#found, selection)
    const { capacity } = this.entries
    this.#next = grownIntegers(this.#next, capacity)
    if (this.#shape.retracts) this.#previous = grownIntegers(this.#previous, capacity)
    this.#slots = grownIntegers(this.#slots, capacity)
    if (this.#shape.retracts) this.#counts = grownNumbers(this.#counts, capacity * this.#shape.members)
    else this.#seen = grownIntegers(this.#seen, capacity)
  }

  /** Counts an entry for the members whose bits are set; gives the bits of those to which it is new, or for which it is gone. */
  #take(entry: number, slot: number, bits: number, by: number): number {
    if (this.#shape.retracts) {
      this.pages.mark(entry)
      this.#link(entry, slot)
      return this.#count(entry, bits, by)
    }
    const seen = this.#seen[entry] as number
    const left = bits & ~seen
    if (left === 0) return 0
    this.pages.mark(entry)
    this.#link(entry, slot)
    this.#seen[entry] = seen | bits
    return left
  }

  #count(entry: number, bits: number, by: number): number {
    let changed = 0
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const member = 31 - Math.clz32(rest & -rest)
      const place = entry * this.#shape.members + member
      const before = this.#counts[place] as number
      const after = before + by
      this.#counts[place] = after
      if (before > 0 !== after > 0) changed |= 1 << member
    }
    return changed
  }

  /** How often a member has an entry. */
  #countOf(entry: number, member: number): number {
    const { retracts, members } = this.#shape
    return retracts ? (this.#counts[entry * members + member] as number) : ((this.#seen[entry] as number) >>> member) & 1
  }

  #dropEmpty(selected: number): void {
    for (let s = 0; s < selected; s++) {
      const entry = this.#found[s] as number
      if (!this.entries.isLive(entry) || !this.#isEmpty(entry)) continue
      this.#drop(entry)
    }
  }

  #drop(entry: number): void {
    const next = this.#next[entry] as number
    const previous = this.#previous[entry] as number
    if (previous === none) this.#heads[(this.#slots[entry] as number) - 1] = next
    else this.#next[previous] = next
    if (next !== none) this.#previous[next] = previous
    this.#slots[entry] = 0
    this.entries.remove(entry)
  }

  #isEmpty(entry: number): boolean {
    const { members } = this.#shape
    for (let member = 0; member < members; member++) if (this.#countOf(entry, member) !== 0) return false
    return true
  }

  #link(entry: number, slot: number): void {
    if (this.#slots[entry] !== 0) return
    this.#slots[entry] = slot + 1
    const head = this.#heads[slot] as number
    this.#heads[slot] = entry
    this.#next[entry] = head
    if (!this.#shape.retracts) return
    this.#previous[entry] = none
    if (head !== none) this.#previous[head] = entry
  }

  /** Adds the values of a slot of another set of the same make; gives them with the members to which they are new. */
  merge(slot: number, from: DistinctValues, fromSlot: number): DistinctInput {
    const entries = from.#entriesOf([fromSlot]).entries
    const rows = entries.length
    const values = from.entries.keyVectors(entries, rows).slice(1)
    const slots = new Int32Array(rows).fill(slot)
    const members = new Int32Array(rows)
    this.#resolve(slots, values, rows, null)
    for (let row = 0; row < rows; row++) {
      const entry = this.#found[row] as number
      for (let member = 0; member < this.#shape.members; member++) {
        const count = from.#countOf(entries[row] as number, member)
        if (count !== 0) members[row] = (members[row] as number) | this.#take(entry, slot, 1 << member, count)
      }
    }
    return { slots, rows, arguments: values, members, signs: null }
  }

  /** The entries of some slots, of each in order of arrival, and where those of each slot end. */
  #entriesOf(slots: Iterable<number>): { readonly entries: Int32Array; readonly ends: readonly number[] } {
    const entries: number[] = []
    const ends: number[] = []
    for (const slot of slots) {
      const own: number[] = []
      for (let entry = this.#heads[slot] as number; entry !== none; entry = this.#next[entry] as number) own.push(entry)
      for (let at = own.length - 1; at >= 0; at--) entries.push(own[at] as number)
      ends.push(entries.length)
    }
    return { entries: Int32Array.from(entries), ends }
  }

  clear(slot: number): void {
    const { members, retracts } = this.#shape
    for (const entry of this.#entriesOf([slot]).entries) {
      this.pages.mark(entry)
      if (retracts) this.#counts.fill(0, entry * members, (entry + 1) * members)
      else this.#seen[entry] = 0
      this.#slots[entry] = 0
      this.entries.remove(entry)
    }
    this.#heads[slot] = none
  }

  /** The values of each slot as columns, with what each member has of them. */
  #save(slots: Int32Array, count: number): Vector[] {
    const { entries, ends } = this.#entriesOf(slots.subarray(0, count))
    const columns = [...this.entries.keyVectors(entries, entries.length).slice(1), ...this.membersOf(entries)]
    const writer = this.#writer
    let from = 0
    const saved = ends.map((end) => {
      if (end === from) return null
      writer.clear()
      writer.count(end - from)
      for (const vector of columns) writeVector(writer, sliceVector(vector, from, end), end - from)
      from = end
      return writer.bytes.slice()
    })
    return [vectorOf(savedType, saved)]
  }

  /** Types of what members have of an entry. */
  get memberTypes(): readonly DataType[] {
    return this.#shape.retracts ? Array.from({ length: this.#shape.members }, () => countType) : [bitsType]
  }

  /** The bits of each entry, or the counts of each member. */
  membersOf(entries: Int32Array): Vector[] {
    const { members, retracts } = this.#shape
    if (!retracts) {
      const data = new Int32Array(entries.length)
      for (let row = 0; row < data.length; row++) data[row] = this.#seen[entries[row] as number] as number
      return [{ form: 'integers', data, nulls: null }]
    }
    return Array.from({ length: members }, (_, member) => {
      const data = new Float64Array(entries.length)
      for (let row = 0; row < data.length; row++) data[row] = this.#counts[(entries[row] as number) * members + member] as number
      return { form: 'numbers', data, nulls: null }
    })
  }

  #load(slot: number, reader: EncodedReader): void {
    const rows = reader.count()
    const read = (): Vector => readVector(reader, rows)
    this.load(new Int32Array(rows).fill(slot), this.#shape.types.map(read), this.memberTypes.map(read))
  }

  /** Adds entries that are not there yet: values of slots, and what members have of them, as `membersOf` gives it. */
  load(slots: Int32Array, values: readonly Vector[], members: readonly Vector[]): void {
    this.#resolve(slots, values, slots.length, null)
    for (const [row, slot] of slots.entries()) {
      const entry = this.#found[row] as number
      this.pages.mark(entry)
      this.#link(entry, slot)
    }
    for (const [member, vector] of members.entries()) {
      const data = numbersIn(vector)
      for (let row = 0; row < slots.length; row++) {
        const entry = this.#found[row] as number
        if (this.#shape.retracts) this.#counts[entry * this.#shape.members + member] = data[row] as number
        else this.#seen[entry] = data[row] as number
      }
    }
  }
}
