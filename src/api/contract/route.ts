/** What a route is: data, from which the server, its description as OpenAPI, and the types of its clients are made. */
import { type Static, type TObject, type TSchema, Type } from 'typebox'

/**
 * Who may call a route. `anyone` has not signed in; `signed-in` has; the others name what a person may do in the workspace of the path,
 * and `administer-server` in all of them.
 */
export type Right = 'anyone' | 'signed-in' | 'read' | 'develop' | 'operate' | 'administer' | 'administer-server'

export interface Route {
  readonly summary: string
  readonly right: Right
  readonly query?: TObject
  readonly body?: TSchema
  /** What is sent back as JSON; null: nothing. */
  readonly answer: TSchema | null
  /** Whether `answer` describes each event of a stream of server-sent events. */
  readonly streams?: true
  /** Whether the call changes something. Such calls are written to the record of what was asked and done. */
  readonly changes?: true
}

/** Routes by method and path, such as `GET /workspaces/:workspace/jobs`; paths stand below /api/v1. */
export type Routes = Readonly<Record<string, Route>>

/** The names in a path. */
export type PathNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

export type Params<Path extends string> = Readonly<Record<PathNames<Path>, string>>
export type QueryOf<R extends Route> = R extends { readonly query: infer Q extends TObject } ? Static<Q> : Record<never, never>
export type BodyOf<R extends Route> = R extends { readonly body: infer B extends TSchema } ? Static<B> : undefined
export type AnswerOf<R extends Route> = R extends { readonly answer: infer A extends TSchema } ? Static<A> : null

/** Epoch milliseconds. */
export const Instant = Type.Integer({ description: 'Milliseconds since 1970-01-01 00:00:00 UTC.' })

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** One of some words. */
export const Word = <const Words extends string[]>(words: readonly [...Words]) => Type.Enum(words)

/** One page of a list; `next` is the cursor of the following one. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String()), total: Nullable(Type.Integer()) })

export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 1000, description: 'Where the page begins: `next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
}

const TextPosition = Type.Object({
  start: Type.Integer(),
  end: Type.Integer(),
  line: Type.Integer({ description: 'From 1.' }),
  column: Type.Integer({ description: 'From 1.' }),
})

export const Failure = Type.Object({
  code: Type.String(),
  blame: Word(['user', 'external', 'internal']),
  message: Type.String(),
  detail: Nullable(Type.String()),
  hint: Nullable(Type.String()),
  position: Nullable(TextPosition),
  causes: Type.Array(Type.String()),
})
export type Failure = Static<typeof Failure>

/** What every call that fails is answered with. */
export const ErrorAnswer = Type.Object({ error: Failure })
