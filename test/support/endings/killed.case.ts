import { freshTemporal } from '../temporal.ts'
import { note } from './note.ts'

/* A test file that dies by kill -9 has no hook to end anything in. */
note((await freshTemporal()).address)
process.kill(process.pid, 'SIGKILL')
