import { describe, expect, onTestFinished, test } from 'vitest'
import { Person, type PersonOptions } from './person.ts'

const bids = `CREATE TABLE bids (event_type INT, bid ROW<auction BIGINT, price BIGINT, channel STRING, \`dateTime\` TIMESTAMP(3)>)
WITH ('connector' = 'nexmark', 'first-event.rate' = '2000', 'rate.limited' = 'true');`
const channels = 'SELECT bid.channel AS channel, COUNT(*) AS bids FROM bids WHERE event_type = 2 GROUP BY bid.channel;'

/** A person in front of a shell; whatever a test leaves on, Ctrl-C and Ctrl-D end. */
async function atShell(options: PersonOptions = {}): Promise<Person> {
  const person = new Person(options)
  const ended = person.start('sql')
  await person.isAsked()
  onTestFinished(async () => {
    while (person.status === undefined) {
      person.press('q', 'C-c', 'C-d')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))])
    }
    expect(person.drawn.strange).toEqual([])
    expect(person.drawn.isFullScreen).toBe(false)
    expect(person.drawn.isCursorHidden).toBe(false)
    expect(person.isRaw).toBe(false)
  })
  return person
}

describe('typing', () => {
  test('a statement may span lines, whose prompts tell what is open', async () => {
    const person = await atShell()
    for (const line of ["SELECT 'a", "b' AS x, (", '1 + 1) AS y -- two;', ';']) person.enter(line)
    await person.isAsked()
    expect(person.drawn.text).toContain(`\
millrace> SELECT 'a
       '> b' AS x, (
       (> 1 + 1) AS y -- two;
       -> ;
┌─────┬───┐
│ x   │ y │
├─────┼───┤
│ a⏎b │ 2 │
└─────┴───┘
1 row`)
  })

  test('what is typed while a statement runs is taken up after it', async () => {
    const person = await atShell()
    person.enter('SELECT 1 AS first_one;')
    person.enter('SELECT 2 AS second_one;')
    await person.sees(/│ first_one │[\s\S]*│ second_one │/)
    expect(person.drawn.strange).toEqual([])
  })

  test('Tab completes keywords and the names of the session', async () => {
    const person = await atShell()
    person.enter(bids.replaceAll('\n', ' '))
    await person.isAsked()
    person.type('sel')
    person.press('tab')
    person.type('* FROM bi')
    person.press('tab')
    expect(await person.sees('millrace> SELECT * FROM bids')).toBe(true)
  })

  test('a narrow terminal wraps the line, and the cursor goes with it', async () => {
    const person = await atShell({ columns: 20 })
    person.type('SELECT 1234567890123 AS n')
    person.press('home')
    person.type('X')
    expect(person.drawn.text.split('\n').slice(-2)).toEqual(['millrace> XSELECT 1', '234567890123 AS n'])
  })

  test('an error shows its place, and the shell goes on', async () => {
    const person = await atShell()
    person.enter('SELECT amout FROM orders;')
    await person.sees('table "orders" does not exist')
    person.enter('SELECT 1 AS fine;')
    await person.sees('│ fine │')
    expect(person.drawn.text).toContain('  1 | SELECT amout FROM orders;\n    |                   ^^^^^^')
  })

  test('the first of several statements that fails ends them', async () => {
    const person = await atShell()
    person.enter('SELECT 1 AS a; SELECT nope; SELECT 2 AS b;')
    await person.sees('nope')
    await person.isAsked()
    expect(person.drawn.text).toContain('│ a │')
    expect(person.drawn.text).not.toContain('│ b │')
  })
})

describe('commands of the shell', () => {
  test('help, quit and shortcuts', async () => {
    const person = await atShell()
    person.enter('help')
    await person.sees('Ctrl-R searches it')
    person.enter('\\d')
    await person.sees('│ table name │')
    person.enter('quit;')
    await expect.poll(() => person.status).toBe(0)
  })

  test('a script is run in the session', async () => {
    const person = await atShell({ files: { 'a.sql': `${bids} SELECT 1 AS in_script` } })
    person.enter('\\i a.sql')
    await person.sees('in_script')
    person.enter('SHOW TABLES;')
    expect(await person.sees('│ bids       │')).toBe(true)
  })
})

describe('results that keep changing', () => {
  test('fill the screen until q is pressed, and what stood there comes back', async () => {
    const person = await atShell()
    person.enter(bids.replaceAll('\n', ' '))
    await person.isAsked()
    person.enter(channels)
    await person.sees(/ channel +bids\n(?: .+\n){10}/)
    expect(person.drawn.isFullScreen).toBe(true)
    await person.sees(/rows in · [\d,]+ rows\/s · refresh 250 ms/)
    person.press('n', 'n')
    await person.sees(/page [23] of/)
    person.press('l')
    await person.sees(/last of/)
    person.press('o')
    await person.sees(/ Row [\d,]+\n channel /)
    person.press('q')
    await person.sees(/last of/)
    person.resize(50, 12)
    expect(person.drawn.seen).toHaveLength(12)
    expect(Math.max(...person.drawn.seen.map((line) => line.length))).toBeLessThanOrEqual(50)
    person.press('q')
    await person.isAsked()
    expect(person.drawn.text).toContain('created table "bids"')
    expect(person.drawn.text).toMatch(/rows in · [\d,]+ out/)
  })

  test('Ctrl-C stops them', async () => {
    const person = await atShell()
    person.enter(bids.replaceAll('\n', ' '))
    await person.isAsked()
    person.enter(channels)
    await person.sees('table · running')
    person.press('C-c')
    await person.isAsked()
    person.enter('SELECT 1 AS after;')
    expect(await person.sees('│ after │')).toBe(true)
  })

  test('are shown as changes when the setting says so', async () => {
    const person = await atShell()
    person.enter(bids.replaceAll('\n', ' '))
    await person.isAsked()
    person.enter("SET 'sql-client.execution.result-mode' = 'changelog';")
    await person.isAsked()
    person.enter(channels)
    await person.sees('changelog · running')
    await person.sees(/ op +channel +bids\n(?: [+-][IUD] .+\n){10}/)
    expect(await person.sees(/ \+U +Apple/)).toBe(true)
  })

  test('are drawn below the statement in mode tableau', async () => {
    const person = await atShell()
    person.enter(bids.replaceAll('\n', ' '))
    await person.isAsked()
    person.enter("SET 'sql-client.execution.result-mode' = 'tableau';")
    await person.isAsked()
    person.enter(channels)
    await person.sees('so far')
    expect(person.drawn.isFullScreen).toBe(false)
    person.press('C-c')
    await person.isAsked()
    expect(person.drawn.text).not.toContain('so far')
    expect(person.drawn.text).toMatch(/│ Apple +│ +\d+ │/)
  })

  test('are left on the screen once they have ended, if they do not fit below the statement', async () => {
    const person = await atShell({ rows: 12 })
    person.enter(`SELECT * FROM (VALUES ${Array.from({ length: 30 }, (_, n) => `(${n})`).join(', ')}) AS t (n);`)
    await person.sees('table · finished')
    expect(await person.sees('page 1 of 4')).toBe(true)
    person.press('escape')
    await person.isAsked()
  })
})

test('control characters in data do not reach the terminal', async () => {
  const person = await atShell()
  person.enter("SELECT E'\\u001b[2J\\u0007\\u009b31m' AS evil, U&'\\202e' AS turned;")
  await person.isAsked()
  expect(person.drawn.text).toContain('│ �[2J��31m │')
})

describe('where keys cannot be read', () => {
  test('statements come in lines, and the first failure is the exit status', async () => {
    const person = new Person({ lines: ['SELECT 1', '+ 1 AS two;', 'SELECT nope;', 'SELECT 3 AS three'] })
    expect(await person.start('sql')).toBe(1)
    expect(person.drawn.text).toContain('│ two │')
    expect(person.drawn.text).toContain('│ three │')
    expect(person.drawn.strange).toEqual([])
  })

  test('quit ends before the lines do', async () => {
    const person = new Person({ lines: ['quit', 'SELECT 3 AS three;'] })
    expect(await person.start('sql')).toBe(0)
    expect(person.drawn.text).not.toContain('three')
  })
})
