/** The rooms of `src/` and the laws between them. The table is the design: change it with a decision record. */

import { isBuiltin } from 'node:module'
import path from 'node:path'
import { isTest, type Source } from './source.ts'

/** From bottom to top: a room may import only those named, and every name stands above it here. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  metrics: [],
  data: ['base'],
  plan: ['base', 'data'],
  optimizer: ['base', 'data', 'plan'],
  sql: ['base', 'data', 'plan'],
  dataflow: ['base', 'metrics', 'data'],
  formats: ['base', 'data'],
  blobs: ['base'],
  store: ['base'],
  secrets: ['base', 'store'],
  topics: ['base', 'blobs'],
  connectors: ['base', 'data', 'formats', 'blobs', 'topics'],
  engines: ['base', 'metrics', 'data', 'plan', 'dataflow', 'connectors', 'blobs'],
  threads: ['base', 'blobs', 'plan', 'dataflow', 'engines'],
  catalog: ['base', 'data', 'plan', 'store'],
  query: ['base', 'metrics', 'data', 'plan', 'optimizer', 'sql', 'catalog', 'engines'],
  sqltest: ['base', 'data', 'plan', 'sql', 'catalog', 'engines', 'query'],
  gateway: ['base', 'data', 'secrets', 'sql', 'query'],
  clusters: ['base'],
  jobs: ['base', 'metrics', 'engines', 'store'],
  processes: ['base', 'metrics', 'data', 'blobs', 'secrets', 'engines', 'catalog', 'query', 'jobs'],
  remote: ['base', 'metrics', 'blobs', 'engines', 'catalog', 'query', 'store', 'jobs'],
  outbound: ['base'],
  monitor: ['base', 'metrics', 'store', 'jobs', 'outbound'],
  access: ['base', 'store'],
  notebook: ['base', 'store'],
  live: ['base', 'store', 'jobs', 'processes', 'notebook'],
  api: [
    'base',
    'metrics',
    'data',
    'secrets',
    'sql',
    'catalog',
    'query',
    'store',
    'jobs',
    'processes',
    'access',
    'notebook',
    'live',
    'monitor',
  ],
  server: [
    'base',
    'metrics',
    'secrets',
    'engines',
    'catalog',
    'query',
    'store',
    'jobs',
    'processes',
    'remote',
    'access',
    'notebook',
    'live',
    'outbound',
    'monitor',
    'api',
  ],
  cli: ['base', 'metrics', 'data', 'sql', 'query', 'sqltest', 'gateway', 'clusters', 'api', 'server'],
}

/** The only files outside the rooms: they wire them, in the process, in threads and in the processes of a server. */
const wiring: readonly string[] = ['src/main.ts', 'src/worker-thread.ts', 'src/session-process.ts']

/** Each package has the rooms that own it: one, unless a decision record names another. Rooms that are not named here import none. */
export const packageOwners: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/client-s3': ['blobs'],
  '@platformatic/kafka': ['connectors'],
  ioredis: ['connectors'],
  mysql2: ['connectors'],
  pg: ['store', 'connectors'],
  protobufjs: ['formats'],
  hysnappy: ['formats'],
  nodemailer: ['monitor'],
  fastify: ['api'],
  '@fastify/cookie': ['api'],
  '@fastify/helmet': ['api'],
  '@fastify/static': ['api'],
  'openid-client': ['api'],
  typebox: ['api'],
}

interface Laws {
  readonly rooms: Readonly<Record<string, readonly string[]>>
  readonly packageOwners: Readonly<Record<string, readonly string[]>>
}

/** Rooms whose folders stand side by side and do not know one another. */
const walledRooms: readonly string[] = ['engines', 'connectors', 'formats']

/** Who touches the outside world. Everything else can be run in simulated time with a seed. */
const outsideRooms: readonly string[] = [
  'connectors',
  'blobs',
  'secrets',
  'topics',
  'threads',
  'store',
  'gateway',
  'clusters',
  'processes',
  'outbound',
  'monitor',
  'api',
  'server',
  'cli',
]
const outsideFiles: readonly RegExp[] = [
  /^src\/(?:main|worker-thread|session-process)\.ts$/,
  /^src\/base\/clock\.ts$/,
  /^src\/(?:engines|formats)\/[^/]+\/client\.ts$/,
]

/** Parts of Node that only compute. */
const computingBuiltins: readonly string[] = [
  'assert',
  'async_hooks',
  'buffer',
  'diagnostics_channel',
  'events',
  'path',
  'stream',
  'stream/promises',
  'string_decoder',
  'url',
  'util',
  'util/types',
]
const computingBuiltinsOf: Readonly<Record<string, readonly string[]>> = {
  access: ['crypto'],
  engines: ['crypto', 'zlib'],
  formats: ['zlib'],
}

export function roomOf(filePath: string): string | undefined {
  const [top, room, ...rest] = filePath.split('/')
  return top === 'src' && rest.length > 0 ? room : undefined
}

/** Names the rooms that exist but are not declared, and the other way round. */
export function findUndeclared(folders: readonly string[], table = rooms): string[] {
  const missing = Object.keys(table).filter((room) => !folders.includes(room))
  const undeclared = folders.filter((room) => !(room in table))
  return [
    ...missing.map((room) => `room "${room}" is declared but src/${room}/ does not exist: a room is created with its first file`),
    ...undeclared.map((room) => `src/${room}/ is not a declared room: add it to test/architecture/rooms.ts with a decision record`),
  ]
}

/** The table itself must be drawn from bottom to top, which rules out circles between rooms. */
export function findUpwardRows(table = rooms): string[] {
  const order = Object.keys(table)
  return order.flatMap((room, index) =>
    (table[room] ?? [])
      .filter((below) => !order.slice(0, index).includes(below))
      .map((below) => `room "${room}" may not import "${below}", which does not stand below it`),
  )
}

/** Every import that breaks a law, as `file:line: trouble`. */
export function findForbiddenImports(source: Source, laws: Laws = { rooms, packageOwners }): string[] {
  return source.imports.flatMap(({ to, line }) => {
    const trouble = judgeImport(source.path, to, laws)
    return trouble === undefined ? [] : [`${source.path}:${line}: ${trouble}`]
  })
}

function judgeImport(from: string, to: string, laws: Laws): string | undefined {
  if (to.startsWith('#')) return judgeDoor(from, to.slice(1), laws.rooms)
  if (to.startsWith('.')) return judgeRelative(from, to)
  return isBuiltin(to) ? judgeBuiltin(from, to) : judgePackage(from, to, laws.packageOwners)
}

function judgeDoor(from: string, to: string, table: Laws['rooms']): string | undefined {
  if (!(to in table)) {
    const [room = to] = to.split('/')
    return `"#${to}" is not the door of a room: ${room in table ? `import "#${room}"` : `the rooms are ${Object.keys(table).join(', ')}`}`
  }
  const room = roomOf(from)
  if (room === undefined) return undefined
  if (room === to) return `a room does not enter through its own door: import the file of "${to}" by its relative path`
  if (!table[room]?.includes(to))
    return `room "${room}" may not import "#${to}": it may import ${table[room]?.join(', ') || 'no other room'}`
  return undefined
}

function judgeRelative(from: string, to: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(from), to)
  if (!isTest(from) && target.endsWith('.fixture.ts')) return `"${to}" only serves tests: move what the product needs out of it`
  if (wiring.includes(from)) return `the wiring enters rooms through their doors: import "#${roomOf(target) ?? 'room'}"`
  const room = roomOf(from)
  const owner = room === undefined ? from.split('/')[0] : `src/${room}`
  if (!target.startsWith(`${owner}/`)) return `"${to}" leaves ${owner}/: import the door of the other room, as in "#base"`
  if (room !== undefined && walledRooms.includes(room)) return judgeWall(from, target, room)
  return undefined
}

function judgeWall(from: string, target: string, room: string): string | undefined {
  const ours = folderInside(from)
  const theirs = folderInside(target)
  if (ours === undefined || theirs === undefined || ours === theirs) return undefined
  return `"${ours}" may not import its sibling "${theirs}": move what both need to a file of src/${room}/ or to a room below`
}

/** The `csv` of `src/formats/csv/reader.ts`; nothing for a file that lies directly in its room. */
function folderInside(filePath: string): string | undefined {
  const parts = filePath.split('/')
  return parts.length > 3 ? parts[2] : undefined
}

function judgeBuiltin(from: string, to: string): string | undefined {
  if (!to.startsWith('node:')) return `name the built-in module "node:${to}"`
  const room = roomOf(from)
  if (isTest(from) || touchesOutside(from)) return undefined
  const name = to.slice('node:'.length)
  if (computingBuiltins.includes(name) || (room !== undefined && computingBuiltinsOf[room]?.includes(name))) return undefined
  return `"${to}" touches the outside world, which only ${outsideRooms.join(', ')}, engines/*/client.ts, formats/*/client.ts and base/clock.ts may: pass in what is needed`
}

function touchesOutside(filePath: string): boolean {
  return outsideRooms.includes(roomOf(filePath) ?? '') || outsideFiles.some((pattern) => pattern.test(filePath))
}

function judgePackage(from: string, to: string, owners: Laws['packageOwners']): string | undefined {
  if (isTest(from)) return undefined
  const name = to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
  const owning = owners[name]
  if (owning === undefined) return `package "${name}" has no owner room: add it to packageOwners with a decision record`
  if (!owning.includes(roomOf(from) ?? ''))
    return `package "${name}" belongs to room ${owning.map((room) => `"${room}"`).join(' and ')}: import what is made of it there`
  return undefined
}

/** Uses of the world that need no import: the clock, chance, the network and the process itself. */
export function findOutsideGlobals(source: Source): string[] {
  if (isTest(source.path) || source.path === 'src/base/clock.ts') return []
  const found: string[] = []
  const code = blankComments(source)
  for (const { pattern, instead, everywhere } of outsideGlobals) {
    if (!everywhere && touchesOutside(source.path)) continue
    for (const match of code.matchAll(pattern)) found.push(`${source.path}:${source.lineAt(match.index)}: "${match[0]}": ${instead}`)
  }
  return found
}

const outsideGlobals = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/g,
    instead: 'take a Clock of #base, so that time can be simulated',
    everywhere: true,
  },
  { pattern: /\bMath\.random\b/g, instead: 'take a seeded source of numbers', everywhere: false },
  { pattern: /(?<![\w.'"`$#])fetch\(/g, instead: 'only outside rooms use the network', everywhere: false },
  { pattern: /(?<![\w.'"`$#/-])process\.(?!\s)/g, instead: 'take what is needed as a parameter', everywhere: false },
]

/** Keeps offsets, so that lines stay right. */
function blankComments(source: Source): string {
  let code = source.text
  for (const { start, end } of source.parsed.comments) code = code.slice(0, start) + ' '.repeat(end - start) + code.slice(end)
  return code
}

/** A star export hides what a door shows. */
export function findStarExports(source: Source): string[] {
  if (!source.path.endsWith('/index.ts')) return []
  return source.parsed.module.staticExports.flatMap((statement) =>
    statement.entries.some((entry) => entry.moduleRequest !== null && entry.localName.name === null && entry.importName.name === null)
      ? [`${source.path}:${source.lineAt(statement.start)}: list the exported names one by one`]
      : [],
  )
}

/** Groups of files that import one another in circles, each group once. Type-only imports do not count. */
export function findFileCircles(sources: readonly Source[]): string[] {
  const edges = new Map(sources.map((source) => [source.path, valueTargets(source)]))
  return findCircles(edges).map(
    (files) => `${files.toSorted().join(', ')}: import one another; let one of them take what it calls as a parameter`,
  )
}

/** Tarjan's algorithm: the strongly connected parts of a graph that hold more than one node. */
function findCircles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []
  const visit = (file: string): number => {
    let low = order.size
    order.set(file, low)
    open.push(file)
    for (const next of edges.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low)
    }
    if (low === order.get(file)) {
      const part = open.splice(open.indexOf(file))
      if (part.length > 1) circles.push(part)
    }
    return low
  }
  for (const file of edges.keys()) if (!order.has(file)) visit(file)
  return circles
}

function valueTargets(source: Source): string[] {
  return source.imports.flatMap(({ to, isType }) => {
    if (isType) return []
    if (to.startsWith('#')) return [`src/${to.slice(1)}/index.ts`]
    return to.startsWith('.') ? [path.posix.join(path.posix.dirname(source.path), to)] : []
  })
}
