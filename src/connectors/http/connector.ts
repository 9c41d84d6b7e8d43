/** HTTP: tables that are polled, listened to, looked up and sent to. */
import type { Connector } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { httpOptions } from './options.ts'
import { httpSink } from './sink.ts'
import { httpSource } from './source.ts'

export const httpConnector: Connector = {
  name: 'http',
  options: httpOptions,
  load: loadMessageFormats,
  source: httpSource,
  sink: httpSink,
}
