/** Values of types with a fixed width, as Flink's raw format has them in messages. */
import { boxExact, type DataType } from '#data'

export interface FixedValue {
  readonly bytes: number
  readonly read: (view: DataView, at: number) => unknown
  /** Writes a boxed value at the start of a view. */
  readonly write: (view: DataView, value: unknown) => void
}

/** Null for types without a fixed width. */
export function fixedValue(type: DataType, little: boolean): FixedValue | null {
  switch (type.kind) {
    case 'boolean':
      return {
        bytes: 1,
        read: (view, at) => view.getInt8(at) !== 0,
        write: (view, value) => view.setInt8(0, value === true ? 1 : 0),
      }
    case 'tinyint':
      return { bytes: 1, read: (view, at) => view.getInt8(at), write: (view, value) => view.setInt8(0, value as number) }
    case 'smallint':
      return { bytes: 2, read: (view, at) => view.getInt16(at, little), write: (view, value) => view.setInt16(0, value as number, little) }
    case 'integer':
      return { bytes: 4, read: (view, at) => view.getInt32(at, little), write: (view, value) => view.setInt32(0, value as number, little) }
    case 'bigint':
      return {
        bytes: 8,
        read: (view, at) => boxExact(view.getBigInt64(at, little)),
        write: (view, value) => view.setBigInt64(0, BigInt(value as number | bigint), little),
      }
    case 'float':
      return {
        bytes: 4,
        read: (view, at) => view.getFloat32(at, little),
        write: (view, value) => view.setFloat32(0, value as number, little),
      }
    case 'double':
      return {
        bytes: 8,
        read: (view, at) => view.getFloat64(at, little),
        write: (view, value) => view.setFloat64(0, value as number, little),
      }
    default:
      return null
  }
}
