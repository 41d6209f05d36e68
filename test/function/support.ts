import { expect } from 'vitest'
import type { Outcome } from '../../src/function/sandbox/wire.ts'
import { type Code, callCode } from '../../src/function/sandbox.ts'

let count = 0
/** Code as it is called, under a key of its own. */
export const codeOf = (code: string, more: Partial<Code> = {}): Code => ({
  key: `k${++count}`,
  code,
  settings: '{}',
  limitMs: 5_000,
  ...more,
})
/** What becomes of one track call. */
export const call = async (code: string, event: unknown = {}, space = 'spa_sandbox'): Promise<Outcome> => {
  const [outcome] = await callCode(space, codeOf(code, { limitMs: 2_000 }), [['onTrack', JSON.stringify(event)]])
  return outcome ?? expect.fail('no outcome')
}
/** What a call gave, or its failure. */
export const gave = (outcome: Outcome | undefined): unknown =>
  outcome && 'gave' in outcome ? JSON.parse(outcome.gave ?? 'null') : outcome?.failure
export const failure = (outcome: Outcome | undefined) => (outcome && 'failure' in outcome ? outcome.failure : undefined)
/** What an expression, which may wait, is in there. */
export const worthOf = async (expression: string): Promise<unknown> =>
  gave(await call(`async function onTrack() { return { is: ${expression} } }`))
