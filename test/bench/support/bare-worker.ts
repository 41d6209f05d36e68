import { fileURLToPath } from 'node:url'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'

// A worker that knows nothing but the bare workflow; with everything else as ours has it.
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address: process.argv[2] ?? '' })
const worker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
})
const running = worker.run()
const stop = async (): Promise<void> => {
  worker.shutdown()
  await running
  await connection.close()
  process.exit()
}
process.once('SIGTERM', () => void stop())
process.once('disconnect', () => process.exit())
process.send?.('ready')
