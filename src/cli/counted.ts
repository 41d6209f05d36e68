import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Api } from './api.ts'
import { objectOf, textOf } from './table.ts'

/** The answer to a preview once it is done: counting may take longer than an answer is waited for. @throws Refused for one that failed. */
export const counted = async (there: Api, asked: JsonObject): Promise<JsonObject> => {
  for (let answer = asked; ; ) {
    const { id, status, failureReason } = objectOf(answer, 'audiencePreview')
    if (status === 'FAILED') throw new Refused('preview', textOf(failureReason))
    if (status !== 'RUNNING') return answer
    await sleep(500)
    answer = await there.get(`/audiences/previews/${textOf(id)}`)
  }
}
