/**
 * Indexes of OpenSearch and Elasticsearch, written through the bulk interface that both have. The kinds differ in their names alone, which
 * are Flink's. Tests run against OpenSearch 2.19; nothing here was run against Elasticsearch itself.
 */
import type { Connector } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { formatClause, openSearchOptions } from './options.ts'
import { openSearchSink } from './sink.ts'

export type OpenSearchKind = 'opensearch' | 'opensearch-2' | 'elasticsearch' | 'elasticsearch-7' | 'elasticsearch-8'

export function openSearchConnector(kind: OpenSearchKind): Connector {
  return {
    name: kind,
    options: openSearchOptions,
    load: (options) => loadMessageFormats(formatClause(options)),
    source: null,
    sink: openSearchSink,
  }
}
