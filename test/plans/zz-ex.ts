import { readdirSync, readFileSync } from 'node:fs'
import { MemoryCatalog } from '#catalog'
import { assertPlan, appendOnly, inferChangelog } from '#plan'
import { bindStatement, parseScript, formatPosition } from '#sql'
for (const f of readdirSync('examples').filter((x) => x.endsWith('.sql'))) {
  const text = readFileSync('examples/' + f, 'utf8')
  const catalog = new MemoryCatalog()
  const { statements, diagnostics } = parseScript(text)
  let ok = 0
  for (const d of diagnostics) console.log(f, d.message, formatPosition(text, d))
  for (const s of statements) {
    try {
      const b: any = bindStatement(s, catalog)
      if (b.kind === 'create-table') catalog.createTable(b.definition, b.whenThere)
      if (b.kind === 'create-view') catalog.createView(b.definition, b.whenThere)
      const plan = b.plan ?? b.as
      if (plan) { assertPlan(plan); inferChangelog(plan, { scan: () => ({ changelog: appendOnly, key: null }), sink: () => ({ takes: 'all', key: [] }) }) }
      ok++
    } catch (e: any) { for (const x of e.errors ?? [e]) console.log(f, x.code, x.message, '\n' + (x.position ? formatPosition(text, x) : x.stack), x.hint ?? '') }
  }
  console.log(f, ok, '/', statements.length)
}
