import { expect, test } from 'vitest'
import { causesIn, usefulReason } from './reason.ts'

const head =
  'Internal server error.\n<Exception on server side:\norg.apache.flink.table.gateway.api.utils.SqlGatewayException: Failed to fetchResults.'
const end = '\n\nEnd of exception on server side>'

test.each([
  [
    `${head}
Caused by: org.apache.flink.table.api.ValidationException: SQL validation failed. From line 1, column 15 to line 1, column 21: Object 'missing' not found
Caused by: org.apache.calcite.runtime.CalciteContextException: From line 1, column 15 to line 1, column 21: Object 'missing' not found
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Object 'missing' not found${end}`,
    { reason: "Object 'missing' not found", position: [1, 15] },
  ],
  [
    `${head}
Caused by: org.apache.flink.sql.parser.impl.ParseException: Encountered "FROM" at line 2, column 8.
Was expecting one of:
    <EOF>
    "EXCEPT" ...
\tat org.apache.flink.sql.Parser.parse(Parser.java:7)
\t... 12 more${end}`,
    { reason: 'Encountered "FROM" at line 2, column 8.', detail: 'Was expecting one of:\n    <EOF>\n    "EXCEPT" ...', position: [2, 8] },
  ],
  [
    `${head}\nCaused by: org.apache.flink.table.api.ValidationException: line 3, column 4: table "t" does not exist [SQL_TABLE_NOT_FOUND]\nThere is only "u".${end}`,
    { reason: 'table "t" does not exist [SQL_TABLE_NOT_FOUND]', detail: 'There is only "u".', position: [3, 4] },
  ],
  [
    "org.apache.flink.table.gateway.api.utils.SqlGatewayException: Session '1' does not exist.",
    { reason: "Session '1' does not exist.", position: undefined },
  ],
  [
    `${head}
Caused by: org.apache.flink.runtime.rest.util.RestClientException: [Internal server error., <Exception on server side:
org.apache.flink.runtime.client.DuplicateApplicationSubmissionException: Application has already been submitted.
\tat org.apache.flink.runtime.Dispatcher.submit(Dispatcher.java:7)

End of exception on server side>]
\tat org.apache.flink.runtime.rest.RestClient.parse(RestClient.java:7)${end}`,
    { reason: 'Application has already been submitted.', position: undefined },
  ],
  [
    `${head}\nCaused by: java.lang.NoClassDefFoundError: demo/Main$1\n\tat demo.Main.main(Main.java:7)\n\t... 12 more${end}`,
    { reason: 'class demo.Main$1 is not there', position: undefined },
  ],
  ['', { reason: 'no reason was given', position: undefined }],
])('of %s', (text, { reason, detail, position }: { reason: string; detail?: string; position: number[] | undefined }) => {
  const useful = usefulReason(text)
  const place = useful.position === undefined ? undefined : [useful.position.line, useful.position.column]
  expect([useful.reason, useful.detail, place]).toEqual([reason, detail, position])
})

test('causes are told from the outside in, each once', () => {
  const stack =
    'org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat a.b(C.java:1)\nCaused by: java.util.concurrent.CompletionException: java.io.IOException: disk full\n\tat d\nCaused by: java.io.IOException: disk full\n\t... 3 more'
  expect(causesIn(stack)).toEqual(['Recovery is suppressed', 'disk full'])
  expect(causesIn('')).toEqual(['no reason was given'])
})
