import { MemoryCatalog } from '#catalog'
import { assertPlan, planToJson, printPlan } from '#plan'
import { bindStatement, parseScript } from '#sql'

const catalog = new MemoryCatalog()
function run(label: string, text: string, apply = false) {
  const t0 = performance.now()
  const { statements, diagnostics } = parseScript(text)
  const t1 = performance.now()
  if (diagnostics.length) {
    console.log(label, 'parse', (t1 - t0).toFixed(0), diagnostics[0]?.message)
    return
  }
  let out = ''
  try {
    for (const s of statements) {
      const b: any = bindStatement(s, catalog)
      if (apply && b.kind === 'create-table') catalog.createTable(b.definition, 'fail')
      const plan = b.plan ?? b.as
      if (plan) {
        assertPlan(plan)
        out = String(printPlan(plan).length) + ' ' + planToJson(plan).length
      }
    }
  } catch (e: any) {
    out = String(e.message ?? e).slice(0, 100) + (e.stack?.includes('Maximum call') ? ' STACK' : '')
  }
  console.log(label, 'parse', (t1 - t0).toFixed(0), 'bind', (performance.now() - t1).toFixed(0), out)
}
const cols = Array.from({ length: 5000 }, (_, i) => `c${i}`)
run('create 5000', `CREATE TABLE w (${cols.map((c) => `${c} INT`).join(', ')}) WITH ('connector'='print')`, true)
run('select * 5000', 'SELECT * FROM w')
run('select each', `SELECT ${cols.join(', ')} FROM w`)
run('select each where', `SELECT ${cols.map((c) => `${c} + 1`).join(', ')} FROM w WHERE ${cols.map((c) => `${c} > 1`).join(' AND ')}`)
run('sum each', `SELECT ${cols.map((c) => `SUM(${c}) AS s${c}`).join(', ')} FROM w`)
run(
  'group 5000',
  `SELECT ${cols
    .slice(1)
    .map((c) => `SUM(${c}) + c0`)
    .join(', ')} FROM w GROUP BY c0`,
)
run('group by all', `SELECT ${cols.join(', ')}, COUNT(*) FROM w GROUP BY ${cols.join(', ')}`)
run(
  'group by all computed',
  `SELECT ${cols.map((c) => c + ' + 1').join(', ')}, COUNT(*) FROM w GROUP BY ${cols.map((c) => c + ' + 1').join(', ')}`,
)
run('self join', 'SELECT a.c1, b.c2 FROM w a JOIN w b ON a.c0 = b.c0 JOIN w c ON a.c0 = c.c0')
run('in list', `SELECT c0 FROM w WHERE c0 IN (${Array.from({ length: 50000 }, (_, i) => i).join(',')})`)
run('values', `VALUES ${Array.from({ length: 20000 }, (_, i) => `(${i}, 'x${i}', 1.5)`).join(', ')}`)
run('union 1000', Array.from({ length: 1000 }, (_, i) => `SELECT c${i} FROM w`).join(' UNION ALL '))
run('deep parens', `SELECT ${'('.repeat(10000)}1${')'.repeat(10000)}`)
run('deep plus', `SELECT ${Array.from({ length: 10000 }, () => '1').join(' + ')}`)
run('plus 400', `SELECT ${Array.from({ length: 400 }, () => 'c0').join(' + ')} FROM w`)
run('nested case', `SELECT ${'CASE WHEN c0 > 1 THEN '.repeat(300)} 1 ${' ELSE 0 END'.repeat(300)} FROM w`)
run('nested subquery', `${'SELECT * FROM ('.repeat(150)} SELECT c0 FROM w ${')'.repeat(150)}`)
run('join 50', `SELECT 1 FROM ${Array.from({ length: 50 }, (_, i) => `(SELECT c${i} FROM w) t${i}`).join(', ')}`)
run('wrong columns', `SELECT ${cols.map((c) => `x${c}`).join(', ')} FROM w`)
run('or 10000', `SELECT 1 FROM w WHERE ${Array.from({ length: 10000 }, (_, i) => `c0 = ${i}`).join(' OR ')}`)
run('group plus 300 deep', `SELECT ${Array.from({ length: 300 }, () => 'c0').join(' + ')} + SUM(c1) FROM w GROUP BY c0`)
