/**
 * The secrets of workspaces, encrypted in the store of a server. The key comes from the environment, or lies in the server's data folder, so
 * that a copy of the store alone tells nothing. Nobody is shown a value again: only sessions, jobs and notices of the workspace get it.
 */
import type { Clock } from '#base'
import { type RecordKind, RecordMap, type Store } from '#store'
import { secretErrors } from './errors.ts'
import { keyFileIn, readKeyFile } from './key-file.ts'
import { type Sealed, Sealer } from './sealer.ts'
import { checkName } from './secret-name.ts'

/** Values that were replaced are not kept. */
const secretKind: RecordKind<Sealed> = { name: 'secret', keepsVersions: false }

/** Of one workspace. */
const secretsMax = 500
const valueLengthMax = 65_536

export interface SecretCard {
  readonly name: string
  /** Epoch milliseconds. */
  readonly changedAt: number
  readonly changedBy: string
  /** False where it was encrypted with another key than the present one. */
  readonly isReadable: boolean
}

export interface WorkspaceSecretsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Where the file of the key lies, or will. */
  readonly folder: string
  /** What the key is made of; null: that file. */
  readonly passphrase: string | null
}

export class WorkspaceSecrets {
  readonly #records: RecordMap<Sealed>
  readonly #sealer: Sealer
  /** By workspace: how often its secrets have changed since the server began. */
  readonly #revisions = new Map<string, number>()

  private constructor(records: RecordMap<Sealed>, { folder, passphrase }: WorkspaceSecretsOptions) {
    this.#records = records
    this.#sealer = new Sealer((mayCreate) => passphrase ?? readKeyFile(folder, mayCreate) ?? missingKey(folder))
  }

  static async load(options: WorkspaceSecretsOptions): Promise<WorkspaceSecrets> {
    return new WorkspaceSecrets(await RecordMap.load(secretKind, options.store, options.clock), options)
  }

  /** Another one after each change. */
  revision(workspace: string): number {
    return this.#revisions.get(workspace) ?? 0
  }

  /** By name, without their values. */
  list(workspace: string): SecretCard[] {
    return this.#records
      .in(workspace)
      .map(({ id, writtenAt, writtenBy }) => ({
        name: id,
        changedAt: writtenAt,
        changedBy: writtenBy,
        isReadable: this.find(workspace, id) !== null,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Null where there is none, or none that can be read. */
  find(workspace: string, name: string): string | null {
    const record = this.#records.get(workspace, name)
    if (record === undefined) return null
    try {
      return this.#sealer.unseal(placeOf(workspace, name), record.value)
    } catch {
      // The key is gone: whoever lists them sees which cannot be read.
      return null
    }
  }

  /** All that can be read, by name. */
  values(workspace: string): Readonly<Record<string, string>> {
    const values = this.#records.in(workspace).map(({ id }) => [id, this.find(workspace, id)] as const)
    return Object.fromEntries(values.filter((pair): pair is [string, string] => pair[1] !== null))
  }

  async set(workspace: string, name: string, value: string, by: string): Promise<void> {
    checkName(name)
    if (value === '') throw secretErrors.SECRETS_VALUE_EMPTY({ name })
    if (value.length > valueLengthMax) throw secretErrors.SECRETS_VALUE_LONG({ name, most: valueLengthMax })
    const isNew = this.#records.get(workspace, name) === undefined
    if (isNew && this.#records.in(workspace).length >= secretsMax) throw secretErrors.SECRETS_FULL({ most: secretsMax })
    await this.#records.write({ workspace, id: name }, this.#sealer.seal(placeOf(workspace, name), value), by)
    this.#changed(workspace)
  }

  async remove(workspace: string, name: string, by: string): Promise<void> {
    if (this.#records.get(workspace, name) === undefined) throw secretErrors.SECRETS_NOT_FOUND({ name })
    await this.#records.write({ workspace, id: name }, null, by)
    this.#changed(workspace)
  }

  #changed(workspace: string): void {
    this.#revisions.set(workspace, this.revision(workspace) + 1)
  }
}

function placeOf(workspace: string, name: string): string {
  return `${workspace}/${name}`
}

function missingKey(folder: string): never {
  throw secretErrors.SECRETS_KEY_MISSING({ path: keyFileIn(folder) })
}
