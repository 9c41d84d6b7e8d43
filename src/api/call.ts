/** What a handler is asked, and what a table of handlers has to answer: each route of the contract, with the types it names. */
import type { Caller } from '#access'
import type { AnswerOf, BodyOf, Params, QueryOf, Route } from './contract/route.ts'

interface Call<Path extends string, R extends Route> {
  readonly caller: Caller
  readonly params: Params<Path>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  /** The address that the request comes from. */
  readonly address: string
  /** What the browser holds; null where it holds nothing. */
  readonly browserKey: string | null
  /** Lets the browser hold a key; null: forget it. */
  readonly holdKey: (key: string | null) => void
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

/** An answer that lists read-only data is as good. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** JSON that was written elsewhere, and is what it should be. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An event of a stream, and the id under which a client asks for what comes behind it. */
export interface StreamEvent<T> {
  readonly id: string | null
  readonly data: T | RawJson
}

type Handler<Path extends string, R extends Route> = (
  call: Call<Path, R>,
) => R extends { readonly streams: true }
  ? AsyncIterable<StreamEvent<Frozen<AnswerOf<R>>>> | Promise<AsyncIterable<StreamEvent<Frozen<AnswerOf<R>>>>>
  : Promise<Frozen<AnswerOf<R>>> | Frozen<AnswerOf<R>>

export type Handlers<Table extends Readonly<Record<string, Route>>> = {
  readonly [Key in keyof Table & string]: Handler<Key, Table[Key]>
}
