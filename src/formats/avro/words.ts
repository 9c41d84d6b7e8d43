/** The distinct texts of one column that holds places of words: they only grow. */
export class Words {
  readonly list: string[] = []
  readonly #codes = new Map<string, number>()

  codeOf(word: string): number {
    const known = this.#codes.get(word)
    if (known !== undefined) return known
    this.#codes.set(word, this.list.length)
    this.list.push(word)
    return this.list.length - 1
  }
}
