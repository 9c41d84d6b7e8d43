/** The commands of a server that keeps jobs running, and of its clients, as rows of data. */
import { type CommandRow, type OptionRow, optionValue } from './arguments/command.ts'
import { usageErrors } from './errors.ts'
import { acceptDroppedState, firstArgument, json, portIn, server, workspace } from './shared-options.ts'

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
const liveCellGrace: OptionRow = {
  name: 'live-cell-grace',
  value: 'time',
  default: '30min',
  summary: 'how long a live cell of a notebook goes on that nobody watches',
}

const oidcIssuer: OptionRow = {
  name: 'oidc-issuer',
  value: 'url',
  summary: 'let people sign in with this OpenID provider, too; the secret of this server there is the secret oidc-client',
}
const oidcClient: OptionRow = { name: 'oidc-client', value: 'name', summary: 'what this server is called at the provider' }
const oidcTitle: OptionRow = { name: 'oidc-title', value: 'text', summary: 'what the provider is called on the page to sign in with' }
const oidcRequire: OptionRow = {
  name: 'oidc-require',
  value: 'claim=value',
  summary: 'let in only those of whom the provider says this, such as groups=data',
}

const loginName: OptionRow = { name: 'name', value: 'name', default: 'default', summary: 'what the server is called here' }
const insecureHttp: OptionRow = {
  name: 'insecure-http',
  summary: 'send the token over plain http to another machine: whoever is on the way can read it, and use it',
}

const catalogSearch: OptionRow = { name: 'search', value: 'words', summary: 'of list: words of names, columns and comments' }
const applyFolder: OptionRow = { name: 'file', short: 'f', value: 'folder', summary: 'the folder of the files' }
const dryRun: OptionRow = { name: 'dry-run', summary: 'only say what would be done' }
const prune: OptionRow = { name: 'prune', summary: 'also remove jobs that no file has' }

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
    options: [dataDir, host, port, store, publicUrl, signInLink, liveCellGrace, oidcIssuer, oidcClient, oidcTitle, oidcRequire],
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
        liveCellGrace: optionValue(input, liveCellGrace),
        oidc: {
          issuer: optionValue(input, oidcIssuer),
          clientId: optionValue(input, oidcClient),
          title: optionValue(input, oidcTitle),
          required: optionValue(input, oidcRequire),
        },
      }
      return runServer(options, environment)
    },
  },
  {
    name: 'login',
    summary: 'sign in to a server with the token of a service, for millrace job, catalog and apply',
    about: [
      'The token is read from standard input, and is asked for where that is a terminal; it stands in no command line. The server is asked whom it is for, and then address and token are kept in a file of MILLRACE_HOME or ~/.millrace that nobody else may read. Without an address it lists the servers that are known.',
      'An administrator makes tokens in the console, or by POST /api/v1/workspaces/NAME/tokens.',
      'The server that was signed in to last is the one that commands speak to; --server names another one. MILLRACE_SERVER and MILLRACE_TOKEN, and MILLRACE_WORKSPACE where it is not that of the token, come before all that is kept.',
    ],
    arguments: [{ name: 'url', summary: 'the address of the server; none: list those that are known', optional: true }],
    options: [loginName, workspace, insecureHttp],
    examples: [
      { line: 'millrace login https://millrace.example.org < token.txt', shows: 'keeps the address and the token in that file' },
      { line: 'millrace login http://127.0.0.1:8080 --name local', shows: 'asks for a token, and calls the server local' },
    ],
    run: async (input, environment) => {
      const { runLogin } = await import('./server/login-command.ts')
      const options = {
        address: firstArgument(input),
        name: optionValue(input, loginName),
        workspace: optionValue(input, workspace),
        allowsPlain: input.values.has(insecureHttp.name),
      }
      return runLogin(options, environment)
    },
  },
  {
    name: 'logout',
    summary: 'forget the token of a server',
    about: ['The server goes on taking the token until an administrator takes it back.'],
    arguments: [{ name: 'name', summary: 'what the server is called here; none: the one that was signed in to last', optional: true }],
    options: [],
    examples: [{ line: 'millrace logout local', shows: 'forgets the address and the token of the server local' }],
    run: async (input, environment) => {
      const { runLogout } = await import('./server/login-command.ts')
      return runLogout(firstArgument(input), environment)
    },
  },
  {
    name: 'catalog',
    summary: 'look at the tables, views, functions and connections that a server keeps',
    about: ['list: all of them, or those that words are found in. show: the statement that makes one.'],
    arguments: [
      { name: 'action', summary: 'list or show', oneOf: ['list', 'show'] },
      { name: 'name', summary: 'of show: its name, such as orders or sales.public.orders', optional: true },
    ],
    options: [catalogSearch, server, workspace, json],
    examples: [{ line: 'millrace catalog show orders', shows: 'prints the statement that makes the table orders' }],
    run: async (input, environment) => {
      const [{ openServerLink }, { runCatalog }] = await Promise.all([
        import('./server/server-link.ts'),
        import('./server/catalog-command.ts'),
      ])
      const [action, target = ''] = input.arguments
      const link = await openServerLink({ server: optionValue(input, server), workspace: optionValue(input, workspace) }, environment)
      const options = { target, search: optionValue(input, catalogSearch), json: input.values.has(json.name) }
      return runCatalog(link, { action: action === 'show' ? 'show' : 'list', ...options }, environment)
    },
  },
  {
    name: 'apply',
    summary: 'bring jobs and tables of a folder of files about on a server',
    about: [
      'Each file DIR/**/*.sql is a job: a header of comments such as -- name: orders and -- parallelism: 2, a blank line, and its script. DIR/catalog/*.sql are tables and views, in the order of the names of the files. What is so already is left alone; the same command again does nothing.',
      'Printed is what is done: + made, ~ changed, = the same, - removed, ! what went wrong, after which the others go on. A change that loses state is refused unless that is accepted. With --prune jobs that no file has are stopped and removed.',
    ],
    arguments: [],
    options: [applyFolder, dryRun, prune, acceptDroppedState, server, workspace],
    examples: [
      { line: 'millrace apply -f jobs --dry-run', shows: 'prints what would be done' },
      { line: 'millrace apply -f jobs', shows: 'does it' },
    ],
    run: async (input, environment) => {
      if (!input.values.has(applyFolder.name)) throw usageErrors.CLI_OPTION_MISSING({ name: '--file', purpose: '"millrace apply"' })
      const [{ openServerLink }, { runApply }] = await Promise.all([import('./server/server-link.ts'), import('./server/apply-command.ts')])
      const link = await openServerLink({ server: optionValue(input, server), workspace: optionValue(input, workspace) }, environment)
      const options = {
        folder: optionValue(input, applyFolder),
        isDry: input.values.has(dryRun.name),
        prunes: input.values.has(prune.name),
        acceptsDroppedState: input.values.has(acceptDroppedState.name),
      }
      return runApply(link, options, environment)
    },
  },
]
