/** Runs one DuckDB query on one thread and throws the rows away: the rival of `make bench`. */
import { DuckDBInstance } from '@duckdb/node-api'

const [query = 'SELECT 1'] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
const result = await connection.stream(query)
let rows = 0
for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) rows += chunk.rowCount
process.stdout.write(`${rows}\n`)
