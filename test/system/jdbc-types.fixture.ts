/** Types of columns of databases with values at their limits: as their clients write and show them, and as we do. */

/** A column of the database, its type here, what its client writes and shows, and what we show. */
export interface TypeCase {
  readonly column: string
  readonly type: string
  readonly values: readonly (readonly [written: string, shown: string, ours: string])[]
}

const exactTypes: readonly TypeCase[] = [
  {
    column: 'bigint',
    type: 'BIGINT',
    values: [
      ['9223372036854775807', '9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808', '-9223372036854775808'],
    ],
  },
  { column: 'smallint', type: 'SMALLINT', values: [['-32768', '-32768', '-32768']] },
  { column: 'int', type: 'INT', values: [['2147483647', '2147483647', '2147483647']] },
  {
    column: 'decimal(38, 10)',
    type: 'DECIMAL(38, 10)',
    values: [
      ['1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789'],
      ['-0.0000000001', '-0.0000000001', '-0.0000000001'],
    ],
  },
  { column: 'decimal(20, 0)', type: 'BIGINT', values: [['-9223372036854775807', '-9223372036854775807', '-9223372036854775807']] },
  {
    column: 'date',
    type: 'DATE',
    values: [
      ["'9999-12-31'", '9999-12-31', '9999-12-31'],
      ["'1000-01-01'", '1000-01-01', '1000-01-01'],
    ],
  },
  {
    column: 'varchar(40)',
    type: 'STRING',
    values: [
      ["'a\"b,{c} 🙂'", 'a"b,{c} 🙂', 'a"b,{c} 🙂'],
      ["''", '', ''],
      ["'NULL'", 'NULL', 'NULL'],
    ],
  },
  { column: 'time(3)', type: 'TIME(3)', values: [["'23:59:59.999'", '23:59:59.999', '23:59:59.999']] },
]

export const postgresTypes: readonly TypeCase[] = [
  ...exactTypes,
  {
    column: 'boolean',
    type: 'BOOLEAN',
    values: [
      ['true', 't', 'TRUE'],
      ['false', 'f', 'FALSE'],
    ],
  },
  {
    column: 'numeric',
    type: 'DECIMAL(38, 2)',
    values: [['123456789012345678901234567890.12', '123456789012345678901234567890.12', '123456789012345678901234567890.12']],
  },
  {
    column: 'real',
    type: 'FLOAT',
    values: [
      ['3.4028235e38', '3.4028235e+38', '3.4028235E38'],
      ["'NaN'", 'NaN', 'NaN'],
    ],
  },
  {
    column: 'double precision',
    type: 'DOUBLE',
    values: [
      ['0.1', '0.1', '0.1'],
      ['5e-324', '5e-324', '4.9E-324'],
      ["'-Infinity'", '-Infinity', '-Infinity'],
    ],
  },
  { column: 'bytea', type: 'BYTES', values: [["'\\x00ff5c27'", '\\x00ff5c27', "x'00ff5c27'"]] },
  {
    column: 'timestamp',
    type: 'TIMESTAMP(6)',
    values: [
      ["'2024-01-02 03:04:05.123456'", '2024-01-02 03:04:05.123456', '2024-01-02 03:04:05.123456'],
      ["'0001-01-01 00:00:00'", '0001-01-01 00:00:00', '0001-01-01 00:00:00.000000'],
    ],
  },
  {
    column: 'timestamptz',
    type: 'TIMESTAMP_LTZ(6)',
    values: [["'2024-01-02 03:04:05.678901+02'", '2024-01-02 01:04:05.678901+00', '2024-01-02 01:04:05.678901']],
  },
  {
    column: 'timestamptz',
    type: 'TIMESTAMP(3)',
    values: [["'2024-01-02 03:04:05.678+02'", '2024-01-02 01:04:05.678+00', '2024-01-02 01:04:05.678']],
  },
  {
    column: 'uuid',
    type: 'STRING',
    values: [["'123e4567-e89b-12d3-a456-426614174000'", '123e4567-e89b-12d3-a456-426614174000', '123e4567-e89b-12d3-a456-426614174000']],
  },
  { column: 'jsonb', type: 'STRING', values: [['\'{"a": [1, "x"]}\'', '{"a": [1, "x"]}', '{"a": [1, "x"]}']] },
  { column: 'mood', type: 'STRING', values: [["'very sad'", 'very sad', 'very sad']] },
  {
    column: 'int[]',
    type: 'ARRAY<INT>',
    values: [
      ["'{1,NULL,-3}'", '{1,NULL,-3}', '[1, NULL, -3]'],
      ["'{}'", '{}', '[]'],
    ],
  },
  {
    column: 'text[]',
    type: 'ARRAY<STRING>',
    values: [['\'{"a,b","\\"q\\"","null",NULL,""}\'', '{"a,b","\\"q\\"","null",NULL,""}', '[a,b, "q", null, NULL, ]']],
  },
  {
    column: 'numeric(10, 2)[][]',
    type: 'ARRAY<ARRAY<DECIMAL(10, 2)>>',
    values: [["'{{1.50,2},{3,4}}'", '{{1.50,2.00},{3.00,4.00}}', '[[1.50, 2.00], [3.00, 4.00]]']],
  },
]

export const mysqlTypes: readonly TypeCase[] = [
  ...exactTypes,
  {
    column: 'tinyint(1)',
    type: 'BOOLEAN',
    values: [
      ['1', '1', 'TRUE'],
      ['0', '0', 'FALSE'],
    ],
  },
  { column: 'tinyint', type: 'TINYINT', values: [['-128', '-128', '-128']] },
  { column: 'bigint unsigned', type: 'DECIMAL(20, 0)', values: [['18446744073709551615', '18446744073709551615', '18446744073709551615']] },
  { column: 'int unsigned', type: 'BIGINT', values: [['4294967295', '4294967295', '4294967295']] },
  { column: 'float', type: 'FLOAT', values: [['16777215', '16777200', '1.6777215E7']] },
  {
    column: 'double',
    type: 'DOUBLE',
    values: [
      ['0.1', '0.1', '0.1'],
      ['1.7976931348623157e308', '1.7976931348623157e308', '1.7976931348623157E308'],
    ],
  },
  { column: 'varbinary(8)', type: 'BYTES', values: [["x'00ff5c27'", "\\0\ufffd\\\\'", "x'00ff5c27'"]] },
  { column: 'blob', type: 'BYTES', values: [["x'e29883'", '☃', "x'e29883'"]] },
  {
    column: 'datetime(6)',
    type: 'TIMESTAMP(6)',
    values: [["'2024-01-02 03:04:05.123456'", '2024-01-02 03:04:05.123456', '2024-01-02 03:04:05.123456']],
  },
  // The time zone of the server is three hours ahead.
  {
    column: 'timestamp(6) null',
    type: 'TIMESTAMP_LTZ(6)',
    values: [["'2024-01-02 03:04:05.678901'", '2024-01-02 03:04:05.678901', '2024-01-02 00:04:05.678901']],
  },
  { column: 'json', type: 'STRING', values: [['\'{"a": [1, "x"]}\'', '{"a": [1, "x"]}', '{"a": [1, "x"]}']] },
  { column: "enum('happy', 'very sad')", type: 'STRING', values: [["'very sad'", 'very sad', 'very sad']] },
  { column: 'bit(1)', type: 'BOOLEAN', values: [["b'1'", '\u0001', 'TRUE']] },
  { column: 'bit(12)', type: 'INT', values: [["b'101000000001'", '\n\u0001'.replace('\n', '\\n'), '2561']] },
  { column: 'year', type: 'INT', values: [['2024', '2024', '2024']] },
]
