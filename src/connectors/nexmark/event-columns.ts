/**
 * Where the generator puts a batch of events. Each row is one event, so the arrays of fields that the kinds share (ids, times, extras)
 * are shared as well: the NULL flags of its kind say which rows of an array belong to a column. Only wanted fields are filled.
 */
import { assert } from '#base'
import { type BytesVector, batchRows, type Vector } from '#data'
import { auctionKind, bidKind, personKind } from './fields.ts'
import { cities, names, states } from './person-words.ts'
import type { Texts } from './text.ts'

/** An auction's name and description have at most 19 and 99 bytes; the texts of a person are shorter. */
const textBytesPerRow = 128

export class EventColumns {
  readonly eventTypes = new Int32Array(batchRows)
  /** 1 where the row is an event of another kind, by kind. */
  readonly absent: readonly [Uint8Array, Uint8Array, Uint8Array] = [
    new Uint8Array(batchRows),
    new Uint8Array(batchRows),
    new Uint8Array(batchRows),
  ]
  readonly ids = new Float64Array(batchRows)
  readonly times = new Float64Array(batchRows)
  readonly extraStarts = new Int32Array(batchRows)
  readonly extraEnds = new Int32Array(batchRows)

  readonly names = new Int32Array(batchRows)
  readonly cities = new Int32Array(batchRows)
  readonly states = new Int32Array(batchRows)

  readonly initialBids = new Float64Array(batchRows)
  readonly reserves = new Float64Array(batchRows)
  readonly expiries = new Float64Array(batchRows)
  readonly sellers = new Float64Array(batchRows)
  readonly categories = new Float64Array(batchRows)

  readonly auctions = new Float64Array(batchRows)
  readonly bidders = new Float64Array(batchRows)
  readonly prices = new Float64Array(batchRows)
  readonly channels = new Int32Array(batchRows)

  /** Texts drawn for this batch, one after another: the first and the second of a person or auction. */
  readonly texts = new Uint8Array(batchRows * textBytesPerRow)
  textBytes = 0
  readonly firstStarts = new Int32Array(batchRows)
  readonly firstEnds = new Int32Array(batchRows)
  readonly secondStarts = new Int32Array(batchRows)
  readonly secondEnds = new Int32Array(batchRows)

  readonly #sources: Texts

  constructor(sources: Texts) {
    this.#sources = sources
  }

  /** The vector of `event_type` or of a field such as `bid.price`. `complete` says that all rows are events of the field's kind. */
  vectorOf(field: string, complete: boolean): Vector {
    const kind = field.startsWith('person.') ? personKind : field.startsWith('auction.') ? auctionKind : bidKind
    const nulls = complete ? null : this.absent[kind]
    const numbers = (data: Float64Array): Vector => ({ form: 'numbers', data, nulls })
    const words = (codes: Int32Array, texts: readonly string[]): Vector => ({ form: 'dictionary', codes, words: texts, nulls })
    const bytes = (data: Uint8Array, starts: Int32Array, ends: Int32Array): BytesVector => ({ form: 'bytes', data, starts, ends, nulls })
    const vectors: Readonly<Record<string, () => Vector>> = {
      event_type: () => ({ form: 'integers', data: this.eventTypes, nulls: null }),
      'person.id': () => numbers(this.ids),
      'person.name': () => words(this.names, names),
      'person.emailAddress': () => bytes(this.texts, this.firstStarts, this.firstEnds),
      'person.creditCard': () => bytes(this.texts, this.secondStarts, this.secondEnds),
      'person.city': () => words(this.cities, cities),
      'person.state': () => words(this.states, states),
      'person.dateTime': () => numbers(this.times),
      'person.extra': () => bytes(this.#sources.extra, this.extraStarts, this.extraEnds),
      'auction.id': () => numbers(this.ids),
      'auction.itemName': () => bytes(this.texts, this.firstStarts, this.firstEnds),
      'auction.description': () => bytes(this.texts, this.secondStarts, this.secondEnds),
      'auction.initialBid': () => numbers(this.initialBids),
      'auction.reserve': () => numbers(this.reserves),
      'auction.dateTime': () => numbers(this.times),
      'auction.expires': () => numbers(this.expiries),
      'auction.seller': () => numbers(this.sellers),
      'auction.category': () => numbers(this.categories),
      'auction.extra': () => bytes(this.#sources.extra, this.extraStarts, this.extraEnds),
      'bid.auction': () => numbers(this.auctions),
      'bid.bidder': () => numbers(this.bidders),
      'bid.price': () => numbers(this.prices),
      'bid.channel': () => words(this.channels, this.#sources.channels.names),
      'bid.url': () => words(this.channels, this.#sources.channels.urls),
      'bid.dateTime': () => numbers(this.times),
      'bid.extra': () => bytes(this.#sources.extra, this.extraStarts, this.extraEnds),
    }
    const create = vectors[field]
    assert(create !== undefined, `the generator has no field ${field}`)
    return create()
  }
}
