/** The eight tables of TPC-H, with the types of their columns as Flink and DuckDB read them alike. */

export interface TpchTable {
  readonly name: string
  /** Pairs of name and type. */
  readonly columns: readonly (readonly [name: string, type: string])[]
}

const key = 'BIGINT'
const text = 'VARCHAR(200)'
const money = 'DECIMAL(15, 2)'

export const tpchTables: readonly TpchTable[] = [
  {
    name: 'region',
    columns: [
      ['r_regionkey', key],
      ['r_name', text],
      ['r_comment', text],
    ],
  },
  {
    name: 'nation',
    columns: [
      ['n_nationkey', key],
      ['n_name', text],
      ['n_regionkey', key],
      ['n_comment', text],
    ],
  },
  {
    name: 'supplier',
    columns: [
      ['s_suppkey', key],
      ['s_name', text],
      ['s_address', text],
      ['s_nationkey', key],
      ['s_phone', text],
      ['s_acctbal', money],
      ['s_comment', text],
    ],
  },
  {
    name: 'part',
    columns: [
      ['p_partkey', key],
      ['p_name', text],
      ['p_mfgr', text],
      ['p_brand', text],
      ['p_type', text],
      ['p_size', 'INT'],
      ['p_container', text],
      ['p_retailprice', money],
      ['p_comment', text],
    ],
  },
  {
    name: 'partsupp',
    columns: [
      ['ps_partkey', key],
      ['ps_suppkey', key],
      ['ps_availqty', 'INT'],
      ['ps_supplycost', money],
      ['ps_comment', text],
    ],
  },
  {
    name: 'customer',
    columns: [
      ['c_custkey', key],
      ['c_name', text],
      ['c_address', text],
      ['c_nationkey', key],
      ['c_phone', text],
      ['c_acctbal', money],
      ['c_mktsegment', text],
      ['c_comment', text],
    ],
  },
  {
    name: 'orders',
    columns: [
      ['o_orderkey', key],
      ['o_custkey', key],
      ['o_orderstatus', text],
      ['o_totalprice', money],
      ['o_orderdate', 'DATE'],
      ['o_orderpriority', text],
      ['o_clerk', text],
      ['o_shippriority', 'INT'],
      ['o_comment', text],
    ],
  },
  {
    name: 'lineitem',
    columns: [
      ['l_orderkey', key],
      ['l_partkey', key],
      ['l_suppkey', key],
      ['l_linenumber', 'INT'],
      ['l_quantity', money],
      ['l_extendedprice', money],
      ['l_discount', money],
      ['l_tax', money],
      ['l_returnflag', text],
      ['l_linestatus', text],
      ['l_shipdate', 'DATE'],
      ['l_commitdate', 'DATE'],
      ['l_receiptdate', 'DATE'],
      ['l_shipinstruct', text],
      ['l_shipmode', text],
      ['l_comment', text],
    ],
  },
]
