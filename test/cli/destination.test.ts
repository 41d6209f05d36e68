import { expect, it } from 'vitest'
import { replaying } from '../destination/replaying.ts'
import { delivering } from '../destination/support.ts'
import { usherAt } from '../support/usher.ts'

const world = await delivering()
const { api, source, webhook, pass } = world
const { finish } = replaying(world)
const usher = usherAt(await api.server.listen({ host: '127.0.0.1', port: 0 }), api.token)

it('SRC-17 a replay to a destination is begun, watched and ended from the command line', async () => {
  const { id, send } = await source()
  const past = { type: 'track', event: 'Past', timestamp: '2026-03-05T12:00:00Z' }
  const messageId = await send(past)
  await send({ ...past, event: 'Other' })
  const hook = await webhook(id)
  pass(1_000)
  const span = ['--source', id, '--from', '2026-03-05T00:00:00Z']
  const begun = await usher('destination', 'replay', hook.id, ...span, '--name', 'Past', '--type', 'track', 'page')
  expect(begun).toMatch(/rpl_\w+ +RUNNING +2026-03-05 00:00:00 .* 0 of 1 /)
  const replay = /rpl_\w+/.exec(begun)?.[0] ?? ''
  expect(await usher('destination', 'pause', hook.id, replay)).toContain('PAUSED')
  expect(await usher('destination', 'resume', hook.id, replay)).toContain('RUNNING')
  await finish()
  expect(await usher('destination', 'replays', hook.id)).toMatch(/COMPLETED .* 1 of 1 +0 +1 +0/)
  expect(hook.bodies()).toEqual([expect.objectContaining({ messageId })])
  await expect(usher('destination', 'cancel', hook.id, replay)).rejects.toThrow(/is COMPLETED: it cannot be told to cancel/)
  await expect(usher('destination', 'replay', hook.id, ...span, '--to', '2026-03-01T00:00:00Z')).rejects.toThrow(
    /to: is not after from/,
  )
  expect(await usher('destination', 'replay', hook.id, ...span, '--failed')).toContain('0 of 0')
})
