/** The options of single fields: `fields.<path>.<option>`, where the path leads into rows, arrays and maps. */
import { type DataType, printType } from '#data'
import type { Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { datagenErrors } from './errors.ts'

const optionNames = ['kind', 'min', 'max', 'max-past', 'length', 'var-len', 'start', 'end', 'null-rate'] as const
export type FieldOption = (typeof optionNames)[number]

export class FieldOptions {
  readonly table: ConnectorTable
  readonly #options: Options
  /** Keys given that no field has taken yet. */
  readonly #untaken: Set<string>

  constructor(table: ConnectorTable, options: Options) {
    this.table = table
    this.#options = options
    this.#untaken = new Set(options.givenKeys().filter((key) => key.startsWith('fields.')))
  }

  /** Takes the options that suit a field; others of the same field are refused. */
  take(path: string, type: DataType, suiting: readonly FieldOption[]): void {
    for (const name of optionNames) {
      const key = keyOf(path, name)
      if (!this.#untaken.delete(key) || suiting.includes(name)) continue
      const options = suiting.join(', ')
      throw datagenErrors.CONNECTORS_DATAGEN_OPTION_UNFIT({
        key,
        table: this.table.name,
        type: printType({ ...type, nullable: true }),
        options,
      })
    }
  }

  /** To be called when all fields have taken theirs. */
  checkAllTaken(): void {
    const [key] = this.#untaken
    if (key === undefined) return
    throw datagenErrors.CONNECTORS_DATAGEN_FIELD_NOT_FOUND({
      key,
      table: this.table.name,
      columns: this.table.schema.map(({ name }) => name).join(', '),
    })
  }

  text(path: string, name: FieldOption): string | undefined {
    return this.#options.text(keyOf(path, name))
  }

  number(path: string, name: FieldOption, fallback: number, least: number, most: number): number {
    const key = keyOf(path, name)
    const value = this.#options.number(key) ?? fallback
    if (value >= least && value <= most) return value
    throw this.mismatch(path, name, `a number from ${least} to ${most}`)
  }

  flag(path: string, name: FieldOption): boolean {
    return this.#options.flag(keyOf(path, name))
  }

  /** An end of a sequence. */
  bound(path: string, name: 'start' | 'end'): number {
    const key = keyOf(path, name)
    const value = this.#options.number(key)
    if (value === undefined) throw datagenErrors.CONNECTORS_DATAGEN_BOUND_MISSING({ key, table: this.table.name })
    return value
  }

  mismatch(path: string, name: FieldOption, expected: string): Error {
    const actual = this.text(path, name)?.slice(0, 100) ?? ''
    return datagenErrors.CONNECTORS_DATAGEN_VALUE_MISMATCH({ key: keyOf(path, name), table: this.table.name, expected, actual })
  }
}

function keyOf(path: string, name: FieldOption): string {
  return `fields.${path}.${name}`
}
