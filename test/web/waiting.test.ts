import { expect, it } from 'vitest'
import { waitingFor } from '../../src/web/source/waiting.ts'

const call = (n: number) => ({ id: `call ${n}` })

it('SRC-03 a pause of hours keeps the newest calls, counts all, and a call that is heard again is not counted', () => {
  const waiting = waitingFor(3)
  for (let n = 0; n < 100; n++) waiting.add(call(n))
  for (let n = 97; n < 100; n++) waiting.add(call(n))
  expect(waiting.count()).toBe(100)
  expect(waiting.take()).toEqual([call(99), call(98), call(97)])
  expect([waiting.count(), waiting.take()]).toEqual([0, []])
  waiting.add(call(99))
  waiting.add(call(100))
  expect([waiting.count(), waiting.take()]).toEqual([1, [call(100)]])
})
