import { expect, test } from 'vitest'
import { closeNames, suggestion } from './suggest.ts'

test('the nearest name comes first', () => {
  expect(closeNames('amounx', ['account', 'amounts', 'amount', 'placed_at'])).toEqual(['amount', 'amounts'])
})

test('swapped neighbours are one mistake', () => {
  expect(closeNames('cuont', ['count', 'mount'])).toEqual(['count'])
})

test('letter case is no difference, and the candidate keeps its own', () => {
  expect(closeNames('ORIGIN', ['destination', 'Origin'])).toEqual(['Origin'])
})

test('a name that begins with what was typed is close, however long', () => {
  expect(closeNames('dest', ['destination_airport', 'delay'])).toEqual(['destination_airport'])
  expect(closeNames('de', ['destination_airport'])).toEqual([])
})

test('names of equal distance come in alphabetical order', () => {
  expect(closeNames('q1', ['q3', 'q2', 'q0'])).toEqual(['q0', 'q2', 'q3'])
})

test('no more names than asked for', () => {
  expect(closeNames('q1', ['q2', 'q3', 'q4', 'q5', 'q6', 'q7'])).toHaveLength(5)
  expect(closeNames('q1', ['q2', 'q3', 'q4'], 2)).toHaveLength(2)
})

test('far names and very long names are left out', () => {
  expect(closeNames('amount', ['destination', 'x'.repeat(300)])).toEqual([])
  expect(closeNames('x'.repeat(300), [`${'x'.repeat(299)}y`])).toEqual([])
})

test('what to say when a name does not exist', () => {
  expect(suggestion('ordes', [], 'tables')).toEqual({ detail: 'There are no tables.' })
  expect(suggestion('ordes', ['customers'], 'tables')).toEqual({ detail: 'There is only "customers".' })
  expect(suggestion('ordes', ['c', 'b', 'a', 'b'], 'tables')).toEqual({ detail: 'The tables are a, b and c.' })
  expect(suggestion('ordes', ['customers', 'orders'], 'tables')).toEqual({ hint: 'Use "orders".' })
  expect(suggestion('ordes', ['order', 'orders'], 'tables')).toEqual({ detail: 'Close tables are order and orders.', hint: 'Use "order".' })
})

test('only the first of many names are listed', () => {
  const names = ['k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't']
  expect(suggestion('orders', names, 'tables')).toEqual({ detail: 'The tables are k, l, m, n, o, p, q, r and 2 more.' })
})
