export { type ArraySupply, newArrays, ReusedArrays } from './array-supply.ts'
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
export { printBitmap, readBitmap, writeBitmap } from './bitmap.ts'
export { batchOf, numbersOf, numberVector, vectorOf } from './builder.ts'
export { ByteCopier } from './byte-copier.ts'
export { castFunction, tryCastFunction } from './cast.ts'
export { explicitlyCastable, implicitlyCastable } from './castable.ts'
export { civilOf, dayMs, dayOf, daysOf, monthDays, monthOf, yearOf } from './civil.ts'
export { commonType } from './common-type.ts'
export {
  comparator,
  compareBytes,
  compareExact,
  compareNumbers,
  compareText,
  compareValues,
  type Equality,
  equality,
  hasher,
  hashValue,
} from './compare.ts'
export { concatVectors, markDifferences, sameValueAt, selectFromBoth } from './concat.ts'
export { datePrinter } from './date-formatter.ts'
export { dateParser, type LocalTime } from './date-formatter-parse.ts'
export { parseDate, parseExactTimestampBytes, parseTimestamp, parseTimestampLtz, printTimestamp } from './datetime-text.ts'
export {
  addDecimal,
  divideDecimal,
  type ExactInteger,
  fitDecimal,
  multiplyDecimal,
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
} from './decimal-type.ts'
export { writeDigits, writeShortest } from './double-digits.ts'
export { EncodedReader, EncodedWriter } from './encoded-bytes.ts'
export { encodedForm, readVector, writeVector, writeVectors } from './encoded-vectors.ts'
export { hashBytes, hashCombine, hashExact, hashNumber, hashText } from './hash.ts'
export { likeTest, type TextTest } from './like.ts'
export { parseDouble, parseFloat32, printDouble, printFloat, wrapInteger } from './number-text.ts'
export {
  blankEnd,
  blankStart,
  inexact,
  isNanText,
  overflow,
  parseDateBytes,
  parseDecimalBytes,
  parseDoubleBytes,
  parseExactIntegerBytes,
  parseIntegerBytes,
  parseTimeBytes,
  parseTimestampBytes,
} from './parse-bytes.ts'
export { base64Text, doubleJsonFunction, isoJsonFunction, jsonFunction, jsonText, printValue } from './print.ts'
export { rowAt, rowsOf } from './rows.ts'
export { type Column, type ColumnRole, columnIndex, type Schema } from './schema.ts'
export { keepBatch, keepRows, selectBatch, selectBatchParts, selectRows, sliceVector } from './select.ts'
export { simpleDatePrinter } from './simple-date-format.ts'
export { simpleDateParser } from './simple-date-parse.ts'
export { findTimeZone, localToInstant, type TimeZone, timeZone, zoneOffsetAt } from './time-zone.ts'
export { timestampMs, timestampNanos, timestampOf, timestampUnit } from './timestamp.ts'
export {
  bigintType,
  bitmapType,
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
  variantType,
  withNullable,
} from './type.ts'
export { printVariant, variantNumber } from './variant.ts'
export {
  type BytesVector,
  boxExact,
  type DictionaryVector,
  decodeText,
  flagsIn,
  type Nulls,
  numbersIn,
  plainFormOf,
  type TextVector,
  type Vector,
  type VectorForm,
  valueAt,
} from './vector.ts'
