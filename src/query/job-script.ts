/** What a script has to be to become a job: definitions and settings, and one INSERT or statement set at its end. */
import { shortened } from '#base'
import { queryErrors } from './errors.ts'
import { kindOf } from './remote-session.ts'
import { statementsIn } from './script-statements.ts'

const jobKinds = /^(?:INSERT|EXECUTE|BEGIN)$/
const preparingKinds = /^(?:SET|LOAD|UNLOAD|ADD|REMOVE|(?:CREATE|DROP|ALTER|USE) .*)$/
/** What would make a job of its own, and what a job has from its start. */
const others = /^CREATE (?:TEMPORARY )?TABLE\b[\s\S]*\bAS\s+(?:SELECT|WITH|VALUES|TABLE)\b|^SET\s+'?(?:pipeline\.name|\$internal\.)/i

/** One id is for one job: before it stands only what makes none. */
export function checkScript(text: string): void {
  const statements = statementsIn(text).map((statement) => statement.text.trim())
  const kinds = statements.map(kindOf)
  const jobs = kinds.filter((kind) => jobKinds.test(kind)).length
  if (jobs !== 1 || !jobKinds.test(kinds.at(-1) ?? '')) throw queryErrors.QUERY_JOB_SCRIPT({ count: jobs })
  const stranger = statements.find(
    (statement, index) => others.test(statement) || (index < kinds.length - 1 && !preparingKinds.test(kinds[index] ?? '')),
  )
  if (stranger !== undefined) throw queryErrors.QUERY_JOB_STATEMENT({ statement: shortened(stranger, 60) })
}
