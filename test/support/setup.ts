import { loadModule } from 'libpg-query'
import { inspectQueries } from '../../src/db/query.ts'
import { inspectQuery } from './query-rules.ts'

// The parser of Postgres itself, by which every statement is judged.
await loadModule()
inspectQueries(inspectQuery)
