/**
 * Rows for the tables of TPC-H: the same ones each time. Values follow the rules of its specification as far as the queries look at them;
 * what is so rare that a small scale would have none of it (large orders, the parts that some queries name) is made a little more common.
 */
import { Dice } from '../oracle/random-query.ts'

type TpchRow = readonly (number | string)[]

type TpchRows = Readonly<Record<string, readonly TpchRow[]>>

const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST']
/** Each with the number of its region. */
const nations =
  'ALGERIA 0,ARGENTINA 1,BRAZIL 1,CANADA 1,EGYPT 4,ETHIOPIA 0,FRANCE 3,GERMANY 3,INDIA 2,INDONESIA 2,IRAN 4,IRAQ 4,JAPAN 2,JORDAN 4,KENYA 0,MOROCCO 0,MOZAMBIQUE 0,PERU 1,CHINA 2,ROMANIA 3,SAUDI ARABIA 4,VIETNAM 2,RUSSIA 3,UNITED KINGDOM 3,UNITED STATES 1'.split(
    ',',
  )
const colours = 'almond,azure,blush,chocolate,coral,cream,forest,ghost,green,indigo,khaki,lemon,maroon,navy,olive,plum'.split(',')
const typeSizes = 'STANDARD,SMALL,MEDIUM,LARGE,ECONOMY,PROMO'.split(',')
const finishes = 'ANODIZED,BURNISHED,PLATED,POLISHED,BRUSHED'.split(',')
const metals = 'TIN,NICKEL,BRASS,STEEL,COPPER'.split(',')
const containerSizes = 'SM,LG,MED,JUMBO,WRAP'.split(',')
const containers = 'CASE,BOX,BAG,JAR,PKG,PACK,CAN,DRUM'.split(',')
const segments = 'AUTOMOBILE,BUILDING,FURNITURE,MACHINERY,HOUSEHOLD'.split(',')
const priorities = '1-URGENT,2-HIGH,3-MEDIUM,4-NOT SPECIFIED,5-LOW'.split(',')
const instructions = 'DELIVER IN PERSON,COLLECT COD,NONE,TAKE BACK RETURN'.split(',')
const shipModes = 'AIR REG,AIR,RAIL,SHIP,TRUCK,MAIL,FOB'.split(',')
/** Brand, containers and size of the parts that queries ask for. */
const wantedParts = ['Brand#12 SM CASE 3', 'Brand#23 MED BOX 7', 'Brand#34 LG PKG 11']

const dayMs = 86_400_000
const firstOrderAt = Date.UTC(1992, 0, 1)
const orderDays = 2406
const currentAt = Date.UTC(1995, 5, 17)

interface Counts {
  readonly suppliers: number
  readonly parts: number
  readonly customers: number
}

/** All rows; at scale 1 there would be six million in `lineitem`. */
export function tpchRows(scale: number, seed: number): TpchRows {
  const counts: Counts = {
    suppliers: Math.ceil(scale * 10_000),
    parts: Math.ceil(scale * 200_000),
    customers: Math.ceil(scale * 150_000),
  }
  const dice = new Dice(seed)
  const partsupp: TpchRow[] = []
  for (let part = 1; part <= counts.parts; part++) {
    for (let nth = 0; nth < 4; nth++) {
      const cost = cents(100 + dice.below(99_901))
      partsupp.push([part, supplierOf(part, nth, counts), 1 + dice.below(9999), cost, comment(dice)])
    }
  }
  return {
    region: regions.map((name, key) => [key, name, comment(dice)]),
    nation: nations.map((nation, key) => [key, nation.slice(0, -2), Number(nation.slice(-1)), comment(dice)]),
    supplier: listed(counts.suppliers, (key) => supplierRow(key, dice)),
    part: listed(counts.parts, (key) => partRow(key, dice)),
    partsupp,
    customer: listed(counts.customers, (key) => customerRow(key, dice)),
    ...orderRows(counts, dice),
  }
}

function supplierRow(key: number, dice: Dice): TpchRow {
  const nation = dice.below(nations.length)
  const complains = key % 20 === 7
  const words = complains ? `${comment(dice)} Customer ${dice.pick(colours)} Complaints` : comment(dice)
  return [key, named('Supplier', key), address(dice), nation, phone(nation, dice), balance(dice), words]
}

function partRow(key: number, dice: Dice): TpchRow {
  const maker = 1 + dice.below(5)
  const isWanted = key % 20 === 0
  const [brand, size, container, places] = (isWanted ? dice.pick(wantedParts) : '').split(' ')
  const type = `${dice.pick(typeSizes)} ${dice.pick(finishes)} ${dice.pick(metals)}`
  return [
    key,
    `${dice.pick(colours)} ${dice.pick(colours)} ${dice.pick(colours)}`,
    `Manufacturer#${maker}`,
    isWanted ? String(brand) : `Brand#${maker}${1 + dice.below(5)}`,
    type,
    isWanted ? dice.below(Number(places)) + 1 : 1 + dice.below(50),
    isWanted ? `${size} ${container}` : `${dice.pick(containerSizes)} ${dice.pick(containers)}`,
    retailPrice(key),
    comment(dice),
  ]
}

function customerRow(key: number, dice: Dice): TpchRow {
  const nation = dice.below(nations.length)
  return [key, named('Customer', key), address(dice), nation, phone(nation, dice), balance(dice), dice.pick(segments), comment(dice)]
}

/** Ten orders for each customer; a third of the customers order nothing. */
function orderRows(counts: Counts, dice: Dice): { readonly orders: TpchRow[]; readonly lineitem: TpchRow[] } {
  const orders: TpchRow[] = []
  const lineitem: TpchRow[] = []
  for (let nth = 0; nth < counts.customers * 10; nth++) {
    // Keys leave gaps, as the specification has it.
    const key = Math.floor(nth / 8) * 32 + (nth % 8) + 1
    const buyer = 1 + dice.below(counts.customers)
    const orderedAt = firstOrderAt + dice.below(orderDays) * dayMs
    const lines = lineRows(key, orderedAt, nth % 150 === 0, counts, dice)
    const shipped = lines.filter((line) => line[9] === 'F').length
    orders.push([
      key,
      buyer % 3 === 0 ? Math.max(buyer - 1, 1) : buyer,
      shipped === lines.length ? 'F' : shipped === 0 ? 'O' : 'P',
      cents(lines.reduce((sum, line) => sum + Math.round(Number(line[5]) * (1 + Number(line[7])) * (1 - Number(line[6])) * 100), 0)),
      day(orderedAt),
      dice.pick(priorities),
      named('Clerk', 1 + dice.below(1000)),
      0,
      dice.chance(5) ? `${dice.pick(colours)} special ${dice.pick(colours)} requests ${comment(dice)}` : comment(dice),
    ])
    lineitem.push(...lines)
  }
  return { orders, lineitem }
}

/** Large orders have seven lines of more than forty pieces. */
function lineRows(order: number, orderedAt: number, isLarge: boolean, counts: Counts, dice: Dice): TpchRow[] {
  return listed(isLarge ? 7 : 1 + dice.below(7), (line) => {
    const part = 1 + dice.below(counts.parts)
    const quantity = isLarge ? 43 + dice.below(8) : 1 + dice.below(50)
    const shippedAt = orderedAt + (1 + dice.below(121)) * dayMs
    const receivedAt = shippedAt + (1 + dice.below(30)) * dayMs
    return [
      order,
      part,
      supplierOf(part, dice.below(4), counts),
      line,
      quantity,
      cents(quantity * Math.round(Number(retailPrice(part)) * 100)),
      cents(dice.below(11)),
      cents(dice.below(9)),
      receivedAt > currentAt ? 'N' : dice.pick(['R', 'A']),
      shippedAt > currentAt ? 'O' : 'F',
      day(shippedAt),
      day(orderedAt + (30 + dice.below(61)) * dayMs),
      day(receivedAt),
      dice.pick(instructions),
      dice.pick(shipModes),
      comment(dice),
    ]
  })
}

/** One of the four suppliers of a part. */
function supplierOf(part: number, nth: number, { suppliers }: Counts): number {
  return ((part + nth * (Math.floor(suppliers / 4) + Math.floor((part - 1) / suppliers))) % suppliers) + 1
}

function retailPrice(part: number): string {
  return cents(90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000))
}

function listed(count: number, row: (key: number) => TpchRow): TpchRow[] {
  return Array.from({ length: count }, (_, index) => row(index + 1))
}

function named(what: string, key: number): string {
  return `${what}#${String(key).padStart(9, '0')}`
}

function comment(dice: Dice): string {
  return `${dice.pick(colours)} ${dice.pick(colours)} ${dice.pick(colours)}`
}

function address(dice: Dice): string {
  return `${1 + dice.below(999)} ${dice.pick(colours)} street`
}

/** The code of the country comes first. */
function phone(nation: number, dice: Dice): string {
  return `${nation + 10}-${100 + dice.below(900)}-${100 + dice.below(900)}-${1000 + dice.below(9000)}`
}

function balance(dice: Dice): string {
  return cents(dice.below(1_100_000) - 99_999)
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

function cents(amount: number): string {
  return (amount / 100).toFixed(2)
}
