import { encodedForm, type Vector } from '#data'

/** Whether columns can be written behind others, as one: each is encoded as its counterpart is. */
export function sameForms(a: readonly Vector[], b: readonly Vector[]): boolean {
  return a.length === b.length && a.every((vector, place) => encodedForm(vector) === encodedForm(b[place] as Vector))
}
