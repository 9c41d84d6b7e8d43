/** Readers that are more than what there is to read. */
import { expect, test } from 'vitest'
import { idleReaders, type ReadingTask } from './idle-readers.ts'

function told(parallelism: number, places: ReadingTask['places']): readonly string[] {
  return idleReaders({ vertex: { id: 'a'.repeat(32), parallelism, operators: [] }, places })
}

const topic = (name: string, partitions: number) => ({ name: `topic "${name}"`, partitions })

test.each<[number, ReadingTask['places'], string]>([
  [8, [topic('t', 3)], 'aaaaaaaa reads with 8 subtasks, but topic "t" has 3 partitions: 5 subtasks have nothing to read'],
  [2, [topic('t', 1)], 'aaaaaaaa reads with 2 subtasks, but topic "t" has 1 partition: 1 subtask has nothing to read'],
  [4, [topic('t', 2), topic('u', 1)], 'but topic "t" and topic "u" have 3 partitions: 1 subtask has nothing to read'],
  [9, ['a', 'b', 'c', 'd', 'e'].map((name) => topic(name, 1)), 'topic "a", topic "b", topic "c" and 2 more have 5 partitions'],
  [3, [], 'have 0 partitions: 3 subtasks have nothing to read'],
  [2, 'not known', 'where its table has fewer partitions or files, the others read nothing'],
  [2, { failure: 'nobody answers' }, 'how many partitions there are could not be asked: nobody answers'],
])('%d of %j are told', (parallelism, places, said) => {
  expect(told(parallelism, places)).toEqual([expect.stringContaining(said)])
})

test.each<[number, ReadingTask['places']]>([
  [3, [topic('t', 3)]],
  [3, [topic('t', 2), topic('u', 2)]],
  [8, 'none'],
  [1, 'not known'],
  [1, { failure: 'nobody answers' }],
])('%d of %j are not', (parallelism, places) => {
  expect(told(parallelism, places)).toEqual([])
})
