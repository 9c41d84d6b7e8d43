/** Where files are in HDFS: `hdfs://host:port/path` or `webhdfs://…`, with commas between several name nodes. */
import { userInfo } from 'node:os'
import { blobErrors } from '../errors.ts'

interface NameNode {
  readonly host: string
  readonly port: number
}

export interface HdfsAddress {
  /** Of which one is active at a time. */
  readonly nodes: readonly NameNode[]
  /** The address without a path, for errors. */
  readonly place: string
  /** Absolute, without a slash at its end; empty for the root. */
  readonly path: string
}

/** The port of WebHDFS. */
const webPort = 9870
/** Usual ports of Hadoop's own protocol, which addresses written for other programs name: WebHDFS is on its usual port then. */
const ownPorts: readonly number[] = [8020, 8021, 9000]

export function parseHdfsAddress(address: string): HdfsAddress {
  const [, scheme = '', hosts, rest = ''] = /^(hdfs|webhdfs):\/\/([^/@]+)(\/.*)?$/i.exec(address) ?? []
  if (hosts === undefined) throw blobErrors.BLOBS_HDFS_ADDRESS()
  const nodes = hosts.split(',').map((text): NameNode => {
    const [, host, digits] = /^(\[[\da-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text) ?? []
    const port = digits === undefined ? webPort : Number(digits)
    if (host === undefined || port > 65_535) throw blobErrors.BLOBS_HDFS_ADDRESS()
    const isOwn = scheme.toLowerCase() === 'hdfs' && ownPorts.includes(port)
    return { host: host.replace(/^\[|\]$/g, ''), port: isOwn ? webPort : port }
  })
  const steps = rest.split('/').filter((step) => step !== '')
  if (steps.some((step) => step === '.' || step === '..')) throw blobErrors.BLOBS_HDFS_ADDRESS()
  return { nodes, place: `${scheme.toLowerCase()}://${hosts}`, path: steps.map((step) => `/${step}`).join('') }
}

/** Who reads and writes, as Hadoop's own clients tell. */
export function hdfsUser(variables: Readonly<Record<string, string | undefined>>): string {
  return variables['HADOOP_USER_NAME'] || userInfo().username
}
