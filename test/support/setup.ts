import { inspectQueries } from '../../src/db/query.ts'
import { inspectQuery } from './query-rules.ts'

inspectQueries(inspectQuery)
