export {
  type Batch,
  batchRows,
  changeDelete,
  changeInsert,
  changeNames,
  changeUpdateAfter,
  changeUpdateBefore,
  watermarkEnd,
  watermarkNone,
} from './batch.ts'
export { batchOf, vectorOf } from './builder.ts'
export { type CastContext, type CastFunction, castFunction, tryCastFunction } from './cast.ts'
export { explicitlyCastable, implicitlyCastable } from './castable.ts'
export { civilOf, dayMs, dayOf, daysOf, isLeapYear, monthDays, monthOf, yearOf } from './civil.ts'
export { commonType } from './common-type.ts'
export {
  type Comparator,
  comparator,
  compareBytes,
  compareExact,
  compareNumbers,
  compareText,
  compareValues,
  type Equality,
  equality,
  type Hasher,
  hasher,
  hashValue,
} from './compare.ts'
export { concatVectors, sameValueAt } from './concat.ts'
export { datePrinter } from './date-formatter.ts'
export { dateParser, type LocalTime } from './date-formatter-parse.ts'
export {
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampLtz,
  printDate,
  printTime,
  printTimestamp,
  printTimestampLtz,
} from './datetime-text.ts'
export {
  addDecimal,
  addExact,
  castDecimal,
  decimalToDouble,
  divideDecimal,
  doubleToDecimal,
  type ExactInteger,
  fitDecimal,
  multiplyDecimal,
  multiplyExact,
  parseDecimal,
  printDecimal,
  remainderDecimal,
  rescaleDecimal,
  subtractDecimal,
  truncateDecimal,
} from './decimal.ts'
export {
  type DecimalType,
  decimalAverageType,
  decimalDifferenceType,
  decimalProductType,
  decimalQuotientType,
  decimalRemainderType,
  decimalRoundedType,
  decimalSumAggregateType,
  decimalSumType,
  decimalTypeOf,
  decimalUnionType,
} from './decimal-type.ts'
export { dataErrors } from './errors.ts'
export { hashBytes, hashCombine, hashExact, hashMix, hashNumber, hashText } from './hash.ts'
export { type IntervalQualifier, type IntervalUnit, intervalUnitSizes, parseInterval, printDays, printMonths } from './interval.ts'
export {
  fitsInteger,
  type IntegerKind,
  isNanLiteral,
  parseDouble,
  parseFloat32,
  parseInteger,
  printDouble,
  printFloat,
  wrapInteger,
} from './number-text.ts'
export {
  blankEnd,
  blankStart,
  inexact,
  isNanText,
  overflow,
  parseBooleanBytes,
  parseDateBytes,
  parseDecimalBytes,
  parseDoubleBytes,
  parseExactIntegerBytes,
  parseIntegerBytes,
  parseTimeBytes,
  parseTimestampBytes,
  unparsed,
} from './parse-bytes.ts'
export { base64Text, jsonFunction, jsonText, printValue } from './print.ts'
export { rowAt, rowsOf } from './rows.ts'
export { type Column, type ColumnRole, columnIndex, type Schema } from './schema.ts'
export { selectBatch, selectBatchParts, selectRows } from './select.ts'
export { simpleDatePrinter } from './simple-date-format.ts'
export { simpleDateParser } from './simple-date-parse.ts'
export { findTimeZone, localToInstant, type Overlap, type TimeZone, timeZone, zoneOffsetAt } from './time-zone.ts'
export { castTimestamp, timestampMs, timestampNanos, timestampOf, timestampUnit } from './timestamp.ts'
export {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  dateType,
  decimalPrecisionMax,
  decimalType,
  doubleType,
  familyOf,
  floatType,
  integerType,
  isExactInteger,
  isNumeric,
  nullType,
  printType,
  type RowField,
  sameType,
  smallintType,
  stringType,
  type TypeFamily,
  type TypeKind,
  timestampLtzType,
  timestampType,
  timeType,
  tinyintType,
  unboundedLength,
  withNullable,
} from './type.ts'
export { type BytesText, hexText, type TextOf, textFunction } from './value-text.ts'
export {
  type BytesVector,
  boxExact,
  type DictionaryVector,
  decodeText,
  type FlagsVector,
  flagsIn,
  type IntegersVector,
  type Nulls,
  type NumbersVector,
  numbersIn,
  plainFormOf,
  type TextVector,
  type ValuesVector,
  type Vector,
  type VectorForm,
  valueAt,
  type WideVector,
} from './vector.ts'
