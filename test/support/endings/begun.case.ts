import { beforeAll, describe, it } from 'vitest'
import { atEnd } from '../ending.ts'
import { freshTemporal } from '../temporal.ts'
import { note } from './note.ts'

atEnd(() => note('began first'))

describe('what begins in a hook', () => {
  beforeAll(async () => {
    note((await freshTemporal()).address)
    atEnd(() => {
      throw new Error('this does not end')
    })
    atEnd(() => note('began last'))
  })
  it('is there', () => {})
})
