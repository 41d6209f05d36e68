import { DefaultLogger, Runtime } from '@temporalio/worker'
import { must } from '../../src/base/must.ts'
import { startTemporal, type TemporalServer } from '../../src/dev/temporal.ts'
import { findTemporal } from '../../src/dev/temporal-binary.ts'
import { atEnd } from './ending.ts'

// What the bundler and the worker say while all is well would drown what a test says.
Runtime.install({ logger: new DefaultLogger('ERROR') })

/** A Temporal dev server of this test file's own, in memory; stopped when the file is done. */
export const freshTemporal = async (): Promise<TemporalServer> => {
  const binary = must(
    findTemporal(process.env['TEMPORAL_CLI_PATH'], process.env['PATH'] ?? ''),
    'a Temporal CLI; `npm test` finds or builds one',
  )
  const server = await startTemporal(binary.path)
  atEnd(server.stop)
  return server
}
