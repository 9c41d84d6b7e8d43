import { readFileSync } from 'node:fs'
import { printType } from '#data'
import { schemaOf } from '#plan'
import { bindStatement, parseScript } from '#sql'
import { createCatalog } from './corpus.ts'
const catalog = createCatalog()
for (const text of readFileSync(process.argv[2] ?? '', 'utf8').split(/\n{3,}/).map((b) => (b.split(/^----$/m)[0] ?? '').trim()).filter(Boolean)) {
  let out = ''
  try {
    const { statements, diagnostics } = parseScript(text)
    if (diagnostics[0]) throw diagnostics[0]
    const b: any = bindStatement(statements[0]!, catalog)
    out = schemaOf(b.plan.outputs[0].input).map((x) => `${x.name} ${printType({ ...x.type, nullable: true })}${x.role === 'event-time' || x.role === 'window-time' ? ' *ROWTIME*' : x.role === 'processing-time' ? ' *PROCTIME*' : ''}${x.type.nullable ? '' : ' NOT NULL'}`).join(', ')
  } catch (e: any) { out = 'ERROR ' + (e.errors?.[0] ?? e).message }
  console.log('###', text.replace(/\s+/g, ' ').slice(0, 150), '\n  ' + out)
}
