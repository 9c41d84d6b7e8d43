/** docs/guide/connectors.md: every connector with its options, written from the rows that the code itself uses. */
import { type Connector, connectorNamed, connectorNames } from '#connectors'
import { renderOptions } from './options-table.ts'

/** What each connector is, in a sentence or two; those of one family stand together. */
export const families: readonly { readonly names: readonly string[]; readonly about: string }[] = [
  {
    names: ['kafka', 'upsert-kafka'],
    about:
      'Topics of Apache Kafka. Each partition is a split with a watermark of its own; positions are kept in checkpoints, and told to the group once a checkpoint is complete. Only committed messages are read. With `sink.delivery-guarantee` = `exactly-once` the rows of a checkpoint are one transaction, which a later life of the run commits if this one is killed. `upsert-kafka` reads and writes rows by their primary key; a message without a value deletes its row. Metadata: `topic`, `partition`, `offset`, `timestamp`, `timestamp-type`, `headers`, `leader-epoch`, of which `timestamp` and `headers` can be written.',
  },
  {
    names: ['topic'],
    about:
      'Embedded topics: what Kafka has for streams of records, in a folder and without a server. [topics.md](topics.md) tells what they promise and how programs use them. With `changelog` = `upsert` and a primary key, rows are upserts.',
  },
  {
    names: ['jdbc'],
    about:
      'Tables of PostgreSQL, MySQL and MariaDB: read once, in parts by several workers if a partition column is given; looked up by key; written in batches. With a primary key rows are upserts. With `sink.exactly-once` the rows of a checkpoint and its id are stored in one transaction.',
  },
  {
    names: ['redis'],
    about:
      'Hashes, strings, sorted sets, lists and streams of Redis 7: written, looked up by key, and streams read. [redis.md](redis.md) shows how rows become keys.',
  },
  {
    names: ['opensearch', 'opensearch-2', 'elasticsearch', 'elasticsearch-7', 'elasticsearch-8'],
    about:
      'Documents of OpenSearch and Elasticsearch, written in bulks: upserts and deletions by primary key, else documents that are appended. Tested with OpenSearch 2.19; Elasticsearch speaks the same bulk interface, and was not there to be tested with.',
  },
  {
    names: ['filesystem'],
    about:
      'Files in folders, in buckets (`s3://bucket/path`, with the keys and the endpoint of the usual AWS variables) and in HDFS (`hdfs://host:port/path`, over WebHDFS). Files appear whole, with the checkpoint that they belong to. [landing.md](landing.md) shows how a stream lands in files every five minutes.',
  },
  {
    names: ['http'],
    about:
      'Web services: polled, followed as server-sent events, looked up by key, and called with signed batches of rows. [http.md](http.md) shows each.',
  },
  { names: ['datagen'], about: 'Made-up rows, at a pace, by column.' },
  { names: ['nexmark'], about: 'The events of the Nexmark benchmark: persons, auctions and bids.' },
  { names: ['print'], about: 'Writes rows to the standard output, as Flink prints them.' },
  { names: ['blackhole'], about: 'Takes rows and forgets them.' },
]

export function loadConnectors(): Promise<Connector[]> {
  return Promise.all(connectorNames.map(connectorNamed))
}

const introduction = `# Connectors

A table names its connector with the option \`connector\`; the other options are its own, and those of its [format](formats.md). Keys, values and defaults are Flink's wherever Flink has the connector. An option that does not exist is refused, with the nearest one that does.

- What many tables share, such as servers and users, is kept once in a [connection](connections.md).
- Passwords and keys are [named, not held](secrets.md): \`'password' = '\${secret:shop-db}'\`.
- What cannot be read, and rows that are refused for good, end the run, or go to a table of [dead letters](dead-letters.md).
- While a system does not answer, the run waits, reads no further and says so; it goes on when the system does. What is refused at the start, such as a wrong password, ends the run at once.
- \`statistics.row-count\`, \`scan.watermark.idle-timeout\`, \`scan.watermark.alignment.group\` and the like belong to all tables that are read: see [time.md](time.md).
- Tables of messages (\`kafka\`, \`upsert-kafka\`, \`topic\`, streams of \`redis\`, \`http\`) have \`format\` or \`value.format\`, and, where messages have keys, \`key.format\`, \`key.fields\`, \`key.fields-prefix\` and \`value.fields-include\`.
`

const ending = `
This page is written by \`make update\` from the tables in \`src/connectors\`, and tested against them.
`

export function renderConnectors(connectors: readonly Connector[]): string {
  const rows = connectors.map(
    (connector) => `| [\`${connector.name}\`](#${familyOf(connector.name)[0]}) | ${readOf(connector)} | ${writtenOf(connector)} |`,
  )
  const overview = ['| connector | read | written |', '|---|---|---|', ...rows].join('\n')
  const chapters = families.map(({ names, about }) =>
    renderFamily(
      connectors.filter(({ name }) => names.includes(name)),
      about,
    ),
  )
  return `${introduction}\n${overview}\n\n${chapters.join('\n')}${ending}`
}

/** The names of the family that a connector is of, the first one being its title. */
export function familyOf(name: string): readonly string[] {
  return families.find(({ names }) => names.includes(name))?.names ?? []
}

function readOf({ source, name }: Connector): string {
  return source === null ? '–' : name === 'jdbc' ? 'once, by key' : 'yes'
}

function writtenOf({ sink }: Connector): string {
  return sink === null ? '–' : 'yes'
}

function renderFamily(members: readonly Connector[], about: string): string {
  const [first] = members
  if (first === undefined) return ''
  const others = members.filter(({ options }) => options !== first.options && keysOf(options) !== keysOf(first.options))
  const tables = [first, ...others].map((connector) => {
    const title = others.length === 0 ? '' : `Options of \`${connector.name}\`:\n\n`
    return connector.options.length === 0 ? '' : `\n${title}${renderOptions(connector.options)}\n`
  })
  const names =
    members.length === 1
      ? ''
      : `Also ${members
          .slice(1)
          .map(({ name }) => `\`${name}\``)
          .join(', ')}. `
  return `## ${first.name}\n\n${names}${about}\n${tables.join('')}`
}

function keysOf(options: Connector['options']): string {
  return options.map(({ key }) => key).join(' ')
}

/** Options whose descriptions are no sentences, and secrets that are shown. */
export function findAwkwardOptions({ name, options }: Pick<Connector, 'name' | 'options'>): string[] {
  return options.flatMap(({ key, description, isSecret }) => [
    ...(/^(?:[A-Z`]|[a-z.-]+ ).*\.$/s.test(description) ? [] : [`${name}: ${key}: write the description in full sentences`]),
    ...(/password|secret|token/.test(key) && !/\.(?:file|location|type)$/.test(key) && isSecret !== true
      ? [`${name}: ${key}: make it a secret`]
      : []),
  ])
}
