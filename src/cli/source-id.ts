import { notFound, Refused } from '../base/errors.ts'
import type { Api } from './api.ts'
import { listOf, textOf } from './table.ts'

type Named = { readonly id: string; readonly name: string }

/** The source that is named by its id or its name. @throws Refused when there is none, or several of that name. */
export const sourceOf = async (api: Api, named: string): Promise<Named> => {
  const sources = listOf(await api.get('/sources'), 'sources')
  const byId = sources.find((source) => source['id'] === named)
  const found = byId ? [byId] : sources.filter((source) => source['name'] === named)
  if (found.length > 1) {
    const ids = found.map((source) => textOf(source['id'])).join(', ')
    throw new Refused('cli', `${found.length} sources are called "${named}". Name one by its id: ${ids}.`, { status: 409 })
  }
  const [only] = found
  if (!only) throw notFound('source', named)
  return { id: textOf(only['id']), name: textOf(only['name']) }
}

/** Its id. @throws Refused as {@link sourceOf}. */
export const sourceIdOf = async (api: Api, named: string): Promise<string> => (await sourceOf(api, named)).id
