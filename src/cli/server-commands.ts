/** The command that keeps jobs running, as a row of data. */
import { type CommandRow, type OptionRow, optionValue } from './arguments/command.ts'
import { portIn } from './shared-options.ts'

const dataDir: OptionRow = {
  name: 'data-dir',
  value: 'folder',
  summary: 'where jobs and their state are kept; by default the folder server of MILLRACE_HOME or ~/.millrace',
}
const host: OptionRow = { name: 'host', value: 'address', default: '127.0.0.1', summary: 'the address of this machine to listen at' }
const port: OptionRow = { name: 'port', value: 'number', default: '8080', summary: 'the port to listen at; 0: any that is free' }
const store: OptionRow = {
  name: 'store',
  value: 'url',
  summary: 'keep what the server knows in this PostgreSQL, such as postgres://millrace@db/millrace; by default in the data folder',
}
const publicUrl: OptionRow = {
  name: 'public-url',
  value: 'url',
  summary: 'the address by which people reach it, where that is another one, such as https://millrace.example.org',
}
const signInLink: OptionRow = {
  name: 'sign-in-link',
  value: 'user',
  summary: 'also make a link by which this user chooses a new password',
}

export const serverCommands: readonly CommandRow[] = [
  {
    name: 'server',
    summary: 'keep jobs running, with a console for people and an interface for programs',
    about: [
      'Jobs run in processes of their own. When the server is stopped they take a last checkpoint and end; when it is started again, or after it was killed, everything that shall run goes on from where it was.',
      'The first start prints a link that is good for once: with it the first administrator chooses a name and a password. Nobody is let in without signing in.',
      'The password of PostgreSQL is read from PGPASSWORD or the file of PGPASSFILE, and stands in no command line.',
    ],
    arguments: [],
    options: [dataDir, host, port, store, publicUrl, signInLink],
    examples: [
      { line: 'millrace server', shows: 'serves at http://127.0.0.1:8080 until Ctrl-C' },
      { line: 'millrace server --sign-in-link ada', shows: 'prints a link for ada, who has forgotten her password' },
    ],
    run: async (input, environment) => {
      const { runServer } = await import('./server-command.ts')
      const options = {
        dataFolder: optionValue(input, dataDir),
        host: optionValue(input, host),
        port: portIn(input, port),
        storeAddress: optionValue(input, store),
        publicUrl: optionValue(input, publicUrl),
        signInLinkFor: optionValue(input, signInLink),
      }
      return runServer(options, environment)
    },
  },
]
