import { readFileSync } from 'node:fs'
import { MillraceError } from '#base'
import { printType } from '#data'
import { appendOnly, assertPlan, changelogNote, inferChangelog, printPlan, schemaOf } from '#plan'
import { bindStatement, formatPosition, parseScript } from '#sql'
import { createCatalog } from './corpus.ts'

const catalog = createCatalog()
for (const text of readFileSync(process.argv[2] ?? '', 'utf8')
  .split(/\n{3,}/)
  .map((b) => (b.split(/^----$/m)[0] ?? '').trim())
  .filter(Boolean)) {
  console.log('### ' + text)
  try {
    const { statements, diagnostics } = parseScript(text)
    if (diagnostics[0]) throw diagnostics[0]
    for (const st of statements) {
      const b: any = bindStatement(st, catalog)
      const plan = b.plan ?? b.as ?? b.statement?.plan
      if (!plan) {
        console.log(JSON.stringify(b, (k, v) => (typeof v === 'bigint' ? String(v) : v)))
        continue
      }
      assertPlan(plan)
      const c = inferChangelog(plan, {
        scan: (s) => ({ changelog: appendOnly, key: catalog.table(s.table)?.primaryKey ?? null }),
        sink: (t) => ({ takes: 'all', key: catalog.table(t)?.primaryKey ?? [] }),
      })
      for (const o of plan.outputs)
        console.log(
          '  ' +
            schemaOf(o.input)
              .map((x) => `${x.name} ${printType(x.type)}${x.role ? ' *' + x.role + '*' : ''}`)
              .join(', '),
        )
      console.log(printPlan(plan, process.argv[3] ? changelogNote(c) : undefined))
    }
  } catch (e) {
    const list = e instanceof AggregateError ? e.errors : [e]
    for (const x of list) {
      if (!(x instanceof MillraceError)) {
        console.log(x)
        continue
      }
      console.log(`${x.code}: ${x.message}\n${formatPosition(text, x)}`)
      if (x.detail) console.log('  detail: ' + x.detail)
      if (x.hint) console.log('  hint: ' + x.hint)
      if (x.blame === 'internal') console.log(x.stack?.split('\n').slice(1, 6).join('\n'))
    }
  }
}
