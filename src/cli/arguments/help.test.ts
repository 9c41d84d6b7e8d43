import { describe, expect, test } from 'vitest'
import { commands } from '../commands.ts'
import { commandHelp, programHelp } from './help.ts'

test('the first help names every command and where to begin', () => {
  const help = programHelp(commands)
  for (const { name, summary } of commands) {
    expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    expect(help.replace(/\s+/g, ' ')).toContain(summary)
  }
  expect(help).toContain('millrace demo')
})

describe.each(commands)('$name', (command) => {
  const help = commandHelp(command)

  test('its help names each argument and option, with what may be given', () => {
    for (const { name } of command.arguments) expect(help).toContain(`<${name}>`)
    // Lines end wherever they are full.
    const flat = help.replace(/\s+/g, ' ')
    for (const option of command.options) {
      expect(help).toContain(`--${option.name}`)
      expect(help).toContain(option.oneOf?.join('|') ?? '')
      expect(flat).toContain(option.default === undefined ? '' : `default ${option.default}`)
    }
  })

  test('its help has an example and fits a terminal', () => {
    expect(command.examples.length).toBeGreaterThan(0)
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  test('its options have names of their own', () => {
    const names = command.options.flatMap(({ name, short }) => [name, ...(short === undefined ? [] : [short])])
    expect(new Set(names).size).toBe(names.length)
    expect(names).not.toContain('help')
  })
})
