import { appendFileSync } from 'node:fs'
import { must } from '../../../src/base/must.ts'

/** Tells the test that runs this file. */
export const note = (line: string): void =>
  appendFileSync(must(process.env['USHER_TEST_NOTE'], 'where to write notes'), `${line}\n`)
