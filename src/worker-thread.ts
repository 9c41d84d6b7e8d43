/** The file that worker threads of a run start with. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findSecret } from '#secrets'
import { runThread } from '#threads'

await runThread(
  async (functions) => {
    if (functions.length === 0) return () => () => null
    const { UserFunctions } = await import('#query')
    const loaded = new UserFunctions((file) => import(pathToFileURL(path.resolve(file)).href))
    for (const user of functions) await loaded.load({ ...user, path: ['', '', user.name], temporary: false })
    return (user) => loaded.callable(user)
  },
  (name) => findSecret(name, process.env),
)
