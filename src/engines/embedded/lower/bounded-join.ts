/** Joins with a table that ends, which is read before all others. */
import { BoundedJoin, type Output } from '#dataflow'
import { type Join, type Relation, type Scan, schemaOf, walkRelations } from '#plan'
import { conditionOf, keyedInputs, keysOf, sideByKeys, typesOf } from './join-shape.ts'
import type { Lowering } from './lowering.ts'

type BoundedType = 'inner' | 'left' | 'semi' | 'anti'

export function isBoundedType(type: Join['type']): type is BoundedType {
  return type === 'inner' || type === 'left' || type === 'semi' || type === 'anti'
}

/** Whether a relation is a plain table that ends, so that it can be read first: nobody else reads it on the other side, and nothing waits there. */
export function isReadFirst(
  relation: Relation,
  other: Relation,
  lowering: Pick<Lowering, 'isAppendOnly' | 'isShared'>,
  ends: (scan: Scan) => boolean,
): boolean {
  if (!lowering.isAppendOnly(relation)) return false
  const own = new Set<string>()
  let plain = true
  walkRelations([relation], (each) => {
    if (each.kind === 'scan') {
      own.add(each.table.join('\u0000'))
      plain &&= ends(each)
    } else if (each.kind !== 'values' && each.kind !== 'project' && each.kind !== 'filter' && each.kind !== 'unnest') plain = false
    if (lowering.isShared(each)) plain = false
  })
  walkRelations([other], (each) => {
    // The rows of VALUES come before all others.
    if (each.kind === 'values' || (each.kind === 'scan' && own.has(each.table.join('\u0000')))) plain = false
  })
  return plain
}

export function lowerBounded(join: Join & { readonly type: BoundedType }, output: Output, lowering: Lowering): void {
  const kept = lowering.keptFor(join.stateTtlMs?.right)
  const shape = {
    type: join.type,
    keys: keysOf(join),
    right: { types: typesOf(schemaOf(join.right)), retracts: false, ...kept },
    condition: conditionOf(join, lowering),
  }
  const operator = lowering.sharded(keyedInputs(join), output, (to) => new BoundedJoin(shape, to))
  lowering.keep(join, lowering.letExpire(operator, kept))
  lowering.attachFirst(join.right, () => sideByKeys(join, 1, operator, output, lowering))
  lowering.attach(join.left, sideByKeys(join, 0, operator, output, lowering))
}
