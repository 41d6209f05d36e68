import { expect, it } from 'vitest'
import { createLookUp } from '../../src/base/look-up.ts'

it('what was found is remembered for its time, and what was not found is looked for again', async () => {
  let at = 0
  const asked: string[] = []
  const find = async (key: string): Promise<string | undefined> => {
    asked.push(key)
    return key === 'nobody' ? undefined : key
  }
  const lookUp = createLookUp(find, () => new Date(at), 1_000)
  expect(await Promise.all([lookUp('ada'), lookUp('ada')])).toEqual(['ada', 'ada'])
  expect([await lookUp('nobody'), await lookUp('nobody')]).toEqual([undefined, undefined])
  at = 1_001
  await lookUp('ada')
  expect(asked).toEqual(['ada', 'nobody', 'nobody', 'ada'])
})

it('it does not grow with every key that there ever was', async () => {
  let asked = 0
  const lookUp = createLookUp(
    async (key) => {
      asked++
      return key
    },
    () => new Date(0),
    1_000,
  )
  for (let n = 0; n <= 10_000; n++) await lookUp(`token ${n}`)
  await lookUp('token 0')
  expect(asked).toBe(10_002)
})
