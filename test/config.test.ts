import { expect, it } from 'vitest'
import { Misconfigured } from '../src/base/errors.ts'
import { readConfig } from '../src/config.ts'

it('names every variable that is wrong', () => {
  const read = () => readConfig({ USHER_PORT: 'many', DATABASE_URL: 'mysql://x' })
  expect(read).toThrow(Misconfigured)
  expect(read).toThrow(/DATABASE_URL[\s\S]*USHER_PORT|USHER_PORT[\s\S]*DATABASE_URL/)
})

it('in production whoever signs links needs a secret, and nobody else does', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://db/usher' })
  expect(config.databaseUrl).toBe('postgres://db/usher')
  expect(() => config.secret).toThrow('USHER_SECRET is missing')
  expect(readConfig({}).secret.length).toBeGreaterThan(15)
})
