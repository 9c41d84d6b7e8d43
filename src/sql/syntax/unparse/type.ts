import { unreachable } from '#base'
import type { DataType, IntervalQualifier, RowField } from '../tree.ts'
import { unparseIdentifier, unparseName, unparseString } from './name.ts'

/** Writes a data type: `ARRAY<ROW<a INT NOT NULL>>`. */
export function unparseType(type: DataType): string {
  return bareType(type) + (type.nullable ? '' : ' NOT NULL')
}

function bareType(type: DataType): string {
  switch (type.kind) {
    case 'simple-type': {
      const parameters = type.parameters.length === 0 ? '' : `(${type.parameters.join(', ')})`
      if (type.name === 'TIMESTAMP_TZ') return `TIMESTAMP${parameters} WITH TIME ZONE`
      return type.name + parameters
    }
    case 'interval-type':
      return `INTERVAL ${unparseQualifier(type.qualifier)}`
    case 'array-type':
      return `ARRAY<${unparseType(type.element)}>`
    case 'multiset-type':
      return `MULTISET<${unparseType(type.element)}>`
    case 'map-type':
      return `MAP<${unparseType(type.key)}, ${unparseType(type.value)}>`
    case 'row-type':
      return `ROW<${type.fields.map(field).join(', ')}>`
    case 'structured-type':
      return `STRUCTURED<${[unparseString(type.className), ...type.fields.map(field)].join(', ')}>`
    case 'raw-type':
      return `RAW(${unparseString(type.className)}, ${unparseString(type.serializer)})`
    case 'named-type':
      return unparseName(type.name)
    default:
      return unreachable(type)
  }
}

function field({ name, type, comment }: RowField): string {
  return `${unparseIdentifier(name)} ${unparseType(type)}${comment === undefined ? '' : ' ' + unparseString(comment)}`
}

/** Writes `DAY(3) TO SECOND(6)`. */
export function unparseQualifier({ start, end, precision, fraction }: IntervalQualifier): string {
  if (start === 'SECOND' && precision !== undefined && fraction !== undefined) return `SECOND(${precision}, ${fraction})`
  const head = start + (precision === undefined ? '' : `(${precision})`)
  return end === undefined ? head : `${head} TO ${end}${fraction === undefined ? '' : `(${fraction})`}`
}
