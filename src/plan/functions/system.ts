/** Functions about types and identity, and the door to functions that users write. */
import { type DataType, stringType } from '#data'
import { anything, boolean, literalText, notNull, signature } from './parameters.ts'
import type { Signature } from './signature.ts'

const uuidType: DataType = { kind: 'char', length: 36, nullable: false }

export const systemSignatures = {
  TYPEOF: signature('TYPEOF(value [, force_serializable])', [anything, boolean], stringType, { optional: 1, nulls: 'custom' }),
  /** The front end gives the name of the database. */
  CURRENT_DATABASE: signature('CURRENT_DATABASE()', [literalText], notNull(stringType)),
  UUID: signature('UUID()', [], uuidType, { determinism: 'row' }),
  /** Its types come from the function's own declaration (tables.ts), never from here. */
  USER_FUNCTION: signature('function(value1, value2, …)', [], { kind: 'null', nullable: true }, { rest: anything, nulls: 'custom' }),
} satisfies Record<string, Signature>
