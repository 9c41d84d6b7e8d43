/** What a spec must be like before it is kept. The first trouble is told, with what would be right. */
import { isSecretKey, printBytes } from '#base'
import { jobErrors } from './errors.ts'
import { fillVariables } from './fill-variables.ts'
import type { JobSpec, RestartPolicy } from './job-spec.ts'

/** The store finds a name by its bytes. */
const nameBytesMax = 500

const lengthsMax = { name: 200, description: 10_000, folder: 500, owner: 200, tag: 100, script: 1_000_000, value: 100_000 }
const countsMax = { tags: 50, settings: 500, variables: 500 }

/** The server sets these itself. */
const ownSettings: Readonly<Record<string, string>> = {
  'execution.checkpointing.dir': 'checkpoints lie where the server keeps them',
  'execution.checkpointing.interval': 'it is the checkpoint interval of the job',
  'execution.state-recovery.path': 'a job is started from a savepoint by its start',
  'execution.state-recovery.ignore-unclaimed-state': 'whether state may be dropped is said by a start',
  'parallelism.default': 'it is the parallelism of the job',
  'pipeline.name': 'it is the name of the job',
}

const reference = /^\$\{secret:[^}]+\}$/

/** Fails with what is wrong. */
export function checkSpec(spec: JobSpec): void {
  checkTexts(spec)
  checkNumbers(spec)
  checkSettings(spec)
  checkVariables(spec)
  if (spec.engine.kind === 'flink') checkLength('cluster', spec.engine.cluster, 1, lengthsMax.name)
  // Where a variable has no value, or stands where it cannot, nothing would ever run.
  fillVariables(spec.program.text, spec.variables)
}

function checkTexts({ name, description, folder, owner, tags, program }: JobSpec): void {
  checkLength('name', name, 1, lengthsMax.name)
  const bytes = new TextEncoder().encode(name).length
  if (bytes > nameBytesMax)
    throw jobErrors.JOBS_SPEC_TEXT({ field: 'name', expected: `at most ${nameBytesMax} bytes`, got: `${bytes} bytes` })
  if (name !== name.trim() || hasControls(name)) throw jobErrors.JOBS_SPEC_NAME({ field: 'name', name })
  checkLength('description', description, 0, lengthsMax.description)
  checkLength('owner', owner, 0, lengthsMax.owner)
  checkLength('folder', folder, 0, lengthsMax.folder)
  if (hasControls(folder) || (folder !== '' && folder.split('/').some((part) => part.trim() === '' || part !== part.trim())))
    throw jobErrors.JOBS_SPEC_FOLDER({ folder })
  checkCount('tags', tags.length, countsMax.tags)
  for (const tag of tags) {
    checkLength('tag', tag, 1, lengthsMax.tag)
    if (tag !== tag.trim() || hasControls(tag)) throw jobErrors.JOBS_SPEC_NAME({ field: 'tag', name: tag })
  }
  if (new Set(tags).size < tags.length) throw jobErrors.JOBS_SPEC_TEXT({ field: 'tags', expected: 'each tag once', got: 'one twice' })
  checkLength('script', program.text, 1, lengthsMax.script)
  if (program.text.trim() === '') throw jobErrors.JOBS_SPEC_TEXT({ field: 'script', expected: 'a statement', got: 'only blanks' })
}

function checkLength(field: string, text: string, least: number, most: number): void {
  if (text.length >= least && text.length <= most) return
  const expected = text.length < least ? 'a text' : `at most ${most} characters`
  throw jobErrors.JOBS_SPEC_TEXT({ field, expected, got: text.length < least ? 'an empty one' : `${text.length}` })
}

function checkCount(field: string, count: number, most: number): void {
  if (count > most) throw jobErrors.JOBS_SPEC_TEXT({ field, expected: `at most ${most} entries`, got: `${count}` })
}

function hasControls(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}

function checkNumbers({ parallelism, checkpointIntervalMs, restart }: JobSpec): void {
  checkNumber('parallelism', parallelism, 1, 1024)
  checkNumber('checkpointIntervalMs', checkpointIntervalMs, 100, 86_400_000)
  if (restart.kind === 'back-off') checkBackOff(restart)
}

function checkBackOff({ delayMs, delayMsMax, failuresMax, windowMs }: RestartPolicy & { readonly kind: 'back-off' }): void {
  checkNumber('restart.delayMs', delayMs, 100, 86_400_000)
  checkNumber('restart.delayMsMax', delayMsMax, delayMs, 86_400_000)
  checkNumber('restart.failuresMax', failuresMax, 1, 1000)
  checkNumber('restart.windowMs', windowMs, 1000, 604_800_000)
}

function checkNumber(field: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw jobErrors.JOBS_SPEC_NUMBER({ field, least, most, got: value })
}

function checkSettings({ settings }: JobSpec): void {
  checkCount('settings', Object.keys(settings).length, countsMax.settings)
  for (const [key, value] of Object.entries(settings)) {
    checkLength('key of a setting', key, 1, lengthsMax.name)
    checkLength(`setting "${key}"`, value, 0, lengthsMax.value)
    const own = Object.hasOwn(ownSettings, key) ? ownSettings[key] : undefined
    if (own !== undefined) throw jobErrors.JOBS_SETTING_OWN({ key }, { detail: `${own.charAt(0).toUpperCase()}${own.slice(1)}.` })
    checkSecret('setting', key, value)
  }
}

function checkVariables({ variables }: JobSpec): void {
  checkCount('variables', Object.keys(variables).length, countsMax.variables)
  let bytes = 0
  for (const [name, value] of Object.entries(variables)) {
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(name)) throw jobErrors.JOBS_VARIABLE_NAME({ name })
    checkLength(`variable "${name}"`, value, 0, lengthsMax.value)
    checkSecret('variable', name, value)
    bytes += value.length
  }
  if (bytes > lengthsMax.script)
    throw jobErrors.JOBS_SPEC_TEXT({
      field: 'variables',
      expected: `at most ${printBytes(lengthsMax.script)} in all`,
      got: printBytes(bytes),
    })
}

/** What is kept of a job is read by many: a secret is named, never written. */
function checkSecret(noun: string, key: string, value: string): void {
  if (value !== '' && isSecretKey(key) && !reference.test(value)) throw jobErrors.JOBS_SECRET_PLAIN({ noun, key })
}
