import { notFound } from '../base/errors.ts'
import type { Api } from './api.ts'
import { listOf } from './table.ts'

/** The id of the source that is named by its id or its name. @throws Refused when there is none. */
export const sourceIdOf = async (api: Api, named: string): Promise<string> => {
  const sources = listOf(await api.get('/sources'), 'sources')
  const found = sources.find((source) => source['id'] === named) ?? sources.find((source) => source['name'] === named)
  if (typeof found?.['id'] !== 'string') throw notFound('source', named)
  return found['id']
}
