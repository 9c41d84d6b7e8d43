/** Plans as statements of Flink SQL, for those that have no text of their own: made by a program, or by the optimiser. */
import type { Output, Plan } from '#plan'
import { renderErrors } from './errors.ts'
import { optionsHint } from './hint.ts'
import { pathText, type RenderContext, renderQuery } from './query.ts'

/**
 * One statement, without a semicolon: a query, an INSERT, or a statement set where there are several outputs. Tables are named by their
 * path. Raises ENGINE_FLINK_RENDER_… for what Flink SQL cannot say.
 */
export function renderPlan({ outputs }: Plan, context: RenderContext): string {
  const [only, ...others] = outputs
  if (only === undefined) throw renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: 'plan', reason: 'it has no output' })
  if (others.length === 0) return renderOutput(only, context)
  const statements = outputs.map((output) => {
    if (output.kind === 'collect') {
      throw renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: 'plan', reason: 'one of several outputs is shown, not written' })
    }
    return `${renderOutput(output, context)};`
  })
  return `EXECUTE STATEMENT SET BEGIN\n${statements.join('\n')}\nEND`
}

function renderOutput(output: Output, context: RenderContext): string {
  const query = renderQuery(output.input, context)
  if (output.kind === 'collect') return query
  if (output.takes !== undefined) {
    throw renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: 'sink', reason: `it takes ${output.takes}` })
  }
  const hint = optionsHint(output.options)
  return `INSERT ${output.overwrite ? 'OVERWRITE' : 'INTO'} ${pathText(output.table, context)}${hint === '' ? '' : ` ${hint}`}\n${query}`
}
