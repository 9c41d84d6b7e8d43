/** One history: lives that are struck at effects that the seed chooses, even when their work was done before, and one that may end. */
import { Dice } from '../oracle/random-query.ts'
import type { Blow, Life } from './life.fixture.ts'
import type { Simulation, World } from './simulation.fixture.ts'

/** Lives that are struck. */
const struckLives = 5
/** Effects at the beginning of a life, when it finds out where it is; one that finds nothing to do has no more than the fewer. */
const recoveryEffects = 14
const finishedEffects = 5

export interface History {
  /** What befell each life, for people. */
  readonly lives: readonly string[]
  /** The rows of each table in the end, and those of a world without blows; equal unless something is wrong. */
  readonly rows: Readonly<Record<string, readonly string[]>>
  readonly expected: Readonly<Record<string, readonly string[]>>
  /** What else is wrong. */
  readonly troubles: readonly string[]
  /** Lives that were struck. */
  readonly struck: number
}

export interface HistoryShape {
  /** Each life has another number of workers, up to so many. */
  readonly workersMax: number
  /** Whether some lives have no memory for state. */
  readonly lacksMemory: boolean
}

export async function historyOf(simulation: Simulation, seed: number, { workersMax, lacksMemory }: HistoryShape): Promise<History> {
  const dice = new Dice(seed)
  // Where several workers take turns, it is their turns that decide which rows are late.
  const isLate = workersMax === 1
  const undisturbed = simulation.begin(seed, isLate)
  const whole = await simulation.live({ blow: null, workers: 1, hasMemory: true, checkpointMs: null }, new Dice(seed))
  const expected = undisturbed.rows()
  const world = simulation.begin(seed, isLate)
  const lives: string[] = []
  const troubles: string[] = []
  let struck = 0
  const live = async (blow: Blow | null): Promise<Life | null> => {
    const workers = 1 + dice.below(workersMax)
    const hasMemory = !lacksMemory || dice.chance(50)
    const title = `life ${lives.length + 1} of ${workers} ${workers === 1 ? 'worker' : 'workers'}${hasMemory ? '' : ' without memory'}`
    try {
      const life = await simulation.live({ blow, workers, hasMemory, checkpointMs: 1 + dice.below(12) }, dice)
      lives.push(`${title}: ${life.struck ?? 'undisturbed'}`)
      if (life.struck !== null) struck += 1
      world.rows()
      if (life.isEnded && life.checkpoints > 0) troubles.push(...leftIn(world))
      return life
    } catch (error) {
      lives.push(`${title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      troubles.push(`${title} failed`)
      return null
    }
  }
  let isFinished = false
  for (let count = 0; count < struckLives && troubles.length === 0; count++) {
    // Some are struck when they have just begun, some before their first checkpoint, some after several.
    const effects = dice.pick([recoveryEffects, whole.effects, 30 + whole.effects * 3])
    const life = await live(blowOf(dice, isFinished ? finishedEffects : effects))
    isFinished ||= life?.isEnded === true
  }
  const last = troubles.length === 0 ? await live(null) : null
  if (last?.isEnded === false) troubles.push('the last life did not end')
  return { lives, rows: troubles.length === 0 ? world.rows() : {}, expected, troubles, struck }
}

function blowOf(dice: Dice, effects: number): Blow {
  return {
    kind: dice.chance(75) ? 'kill' : 'failure',
    at: 1 + dice.below(effects),
    moment: dice.pick(['before', 'within', 'after']),
  }
}

/** Checkpoints and state that nobody needs, after a life that ended its work. */
function leftIn(world: World): string[] {
  const names = [...world.disk.blobs.keys()]
  const manifests = names.filter((name) => name.startsWith('checkpoints/'))
  const needed = new Set(manifests.flatMap((name) => filesOf(world.disk.blobs.get(name))))
  const lost = [...needed].filter((name) => !names.includes(name))
  const left = names.filter((name) => name !== 'work' && !manifests.includes(name) && !needed.has(name))
  return [
    ...(manifests.length > 2 ? [`there are ${manifests.length} checkpoints`] : []),
    ...lost.map((name) => `${name} is needed and gone`),
    ...left.map((name) => `${name} is left over`),
    ...[...world.written.values()].flatMap(({ pending }) => (pending === 0 ? [] : [`${pending} prepared parts are left over`])),
  ]
}

function filesOf(manifest: Uint8Array | undefined): string[] {
  const [json = ''] = Buffer.from(manifest ?? [])
    .toString()
    .split('\n')
  return (JSON.parse(json) as { files: { name: string }[] }).files.map(({ name }) => name)
}
