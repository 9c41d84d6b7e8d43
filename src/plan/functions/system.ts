/**
 * Functions about types and identity, and the door to functions that users write. CURRENT_DATABASE() is none of them: the front end writes
 * it as a literal.
 */
import { type DataType, stringType, withNullable } from '#data'
import { anything, ofKind, signature } from './parameters.ts'
import type { Signature } from './signature.ts'

const flag = ofKind({ kind: 'boolean', nullable: true }, 'boolean')
const uuidType: DataType = { kind: 'char', length: 36, nullable: false }

export const systemSignatures = {
  TYPEOF: signature('TYPEOF(value [, force_serializable])', [anything, flag], stringType, { optional: 1, nulls: 'custom' }),
  UUID: signature('UUID()', [], withNullable(uuidType, false), { determinism: 'row' }),
  /** Its types come from the function's own declaration (tables.ts), never from here. */
  USER_FUNCTION: signature('function(value1, value2, …)', [], { kind: 'null', nullable: true }, { rest: anything, nulls: 'custom' }),
} satisfies Record<string, Signature>
