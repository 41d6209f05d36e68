import { buildWeb } from '../api/web.ts'

// In a process of its own: the build takes half a gigabyte, which a process that runs for days should not keep.
process.stdout.write((await buildWeb()) ? 'built' : 'there')
