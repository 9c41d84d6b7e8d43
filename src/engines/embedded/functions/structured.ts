/** Values of structured types, which are rows. The names among the arguments are constants. */
import type { Evaluation } from './evaluation.ts'

export const structuredEvaluations = {
  OBJECT_OF:
    () =>
    (_: string, ...pairs: unknown[]) =>
      pairs.filter((_value, index) => index % 2 === 1),
  OBJECT_UPDATE: ({ arguments: [type], constants }) => {
    const fields = type?.kind === 'row' ? type.fields : []
    const given = constants.map((name, index) => (index % 2 === 1 ? name : undefined))
    /** By field: its place among the names and values; −1 where it stays. */
    const places = fields.map(({ name }) => given.indexOf(name))
    return (object: readonly unknown[] | null, ...pairs: unknown[]) =>
      object?.map((value, index) => ((places[index] ?? -1) < 0 ? value : pairs[places[index] as number])) ?? null
  },
} satisfies Record<string, Evaluation>
