/** Runs before all system tests: what they need is installed once, and not while they wait. */
import { installFlinkServer } from './flink-server.fixture.ts'
import { installGatewayClients } from './gateway-clients.fixture.ts'
import { installHdfsServer } from './hdfs-server.fixture.ts'
import { installKafkaServer } from './kafka-server.fixture.ts'
import { installMariadbServer } from './mariadb-server.fixture.ts'
import { installMysqlServer } from './mysql-server.fixture.ts'
import { installOpenSearchServer } from './opensearch-server.fixture.ts'
import { installPostgresServer } from './postgres-server.fixture.ts'
import { installPrometheus } from './prometheus-server.fixture.ts'
import { installRedisServer } from './redis-server.fixture.ts'
import { installS3Server } from './s3-server.fixture.ts'
import { installSchemaRegistry } from './schema-registry.fixture.ts'
import { installSchemathesis } from './schemathesis.fixture.ts'

export default async function setup(): Promise<void> {
  await installHdfsServer()
  await installKafkaServer()
  await installRedisServer()
  await installPrometheus()
  await installS3Server()
  await installMariadbServer()
  await installMysqlServer()
  await installPostgresServer()
  await installSchemaRegistry()
  await installSchemathesis()
  await installOpenSearchServer()
  await installGatewayClients()
  await installFlinkServer()
}
