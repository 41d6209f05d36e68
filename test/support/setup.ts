import { loadModule } from 'libpg-query'
import { type Inspect, inspectQueries } from '../../src/db/query.ts'
import { atEnd } from './ending.ts'
import { inspectQuery } from './query-rules.ts'

// The parser of Postgres itself, by which every statement is judged.
await loadModule()

// Code that goes another way when a statement fails must not hide what was found in one: a test file ends with it.
const found: unknown[] = []
const inspect: Inspect = async (name, compiled) => {
  try {
    await inspectQuery(name, compiled)
  } catch (error) {
    found.push(error)
    throw error
  }
}
inspectQueries(inspect)
atEnd(() => {
  if (found.length > 0) throw found[0]
})
