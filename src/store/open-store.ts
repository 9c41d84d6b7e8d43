/** From the address of a store to the store. */
import type { Clock } from '#base'
import { storeErrors } from './errors.ts'
import { isPostgresAddress } from './postgres-address.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

/** An empty address keeps records in a file of the folder; one of PostgreSQL, such as `postgresql://user@host/database`, in that database. */
export async function openStore(address: string, folder: string, clock: Clock): Promise<Store> {
  if (address === '') return SqliteStore.open(folder, clock)
  if (!isPostgresAddress(address)) throw storeErrors.STORE_ADDRESS()
  // The driver takes a while to load, which only those wait for who need it.
  return (await import('./postgres-store.ts')).PostgresStore.open(address, clock)
}
