/** The table of the generator: three kinds of event in one row, of which two are NULL. */
import { bigintType, type DataType, integerType, type RowField, stringType, timestampType } from '#data'

/** The numbers of the kinds are the values of `event_type`. */
export const personKind = 0
export const auctionKind = 1
export const bidKind = 2

const personFields: readonly RowField[] = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
  { name: 'emailAddress', type: stringType },
  { name: 'creditCard', type: stringType },
  { name: 'city', type: stringType },
  { name: 'state', type: stringType },
  { name: 'dateTime', type: timestampType },
  { name: 'extra', type: stringType },
]
const auctionFields: readonly RowField[] = [
  { name: 'id', type: bigintType },
  { name: 'itemName', type: stringType },
  { name: 'description', type: stringType },
  { name: 'initialBid', type: bigintType },
  { name: 'reserve', type: bigintType },
  { name: 'dateTime', type: timestampType },
  { name: 'expires', type: timestampType },
  { name: 'seller', type: bigintType },
  { name: 'category', type: bigintType },
  { name: 'extra', type: stringType },
]
const bidFields: readonly RowField[] = [
  { name: 'auction', type: bigintType },
  { name: 'bidder', type: bigintType },
  { name: 'price', type: bigintType },
  { name: 'channel', type: stringType },
  { name: 'url', type: stringType },
  { name: 'dateTime', type: timestampType },
  { name: 'extra', type: stringType },
]

const rowOf = (fields: readonly RowField[]): DataType => ({ kind: 'row', fields, nullable: true })

/** The columns that a table may have, by name. */
export const eventColumns: Readonly<Record<string, DataType>> = {
  event_type: integerType,
  person: rowOf(personFields),
  auction: rowOf(auctionFields),
  bid: rowOf(bidFields),
}

/** The column of each kind, in the order of the kinds. */
export const kindColumns: readonly [string, string, string] = ['person', 'auction', 'bid']
