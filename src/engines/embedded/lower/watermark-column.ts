/** CURRENT_WATERMARK: the rows that reach a filter or projection get a column with the watermark, which stands for the calls. */
import type { Column } from '#data'
import { WatermarkColumnOperator } from '#dataflow'
import { type Expression, mapExpression, referTo } from '#plan'
import type { Fused } from './fuse.ts'
import { InputPort } from './ports.ts'

export interface Watermarked {
  readonly fused: Fused
  /** Comes behind those of the input. */
  readonly column: Column
}

/** The same with a column in the place of the calls; null where there are none. */
export function withWatermarkColumn(fused: Fused): Watermarked | null {
  let column: Column | null = null
  const replace = (expression: Expression): Expression =>
    mapExpression(expression, (part) => {
      if (part.kind !== 'call' || part.function !== 'CURRENT_WATERMARK') return part
      column = { name: '$watermark', type: part.type }
      return referTo(column)
    })
  const condition = fused.condition === null ? null : replace(fused.condition)
  const columns = fused.columns.map(({ name, value }) => ({ name, value: replace(value) }))
  return column === null ? null : { fused: { ...fused, condition, columns }, column }
}

export function watermarkPort(port: InputPort): InputPort {
  return new InputPort(new WatermarkColumnOperator(port))
}
