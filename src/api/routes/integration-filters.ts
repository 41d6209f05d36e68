import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { storable } from '../../base/json.ts'
import { changeIntegrationFilter, integrationFiltersAt } from '../../destination/integration-filter.ts'
import { sourceById } from '../../space/source.ts'
import { SpaceParams } from '../audience/wire.ts'
import { IntegrationFilter, integrationFilterFrom } from '../destination/shapes.ts'
import type { Route } from './index.ts'

const tags = ['source']
const Params = SpaceParams.extend({ source: z.string().min(1).max(255) })
const Many = z.object({ data: z.object({ integrationFilters: z.array(IntegrationFilter) }) })
const Change = z.strictObject({
  type: z.enum(['track', 'page', 'screen', 'identify', 'group', 'alias']),
  name: z.string().max(500).transform(storable).default(''),
  metadataId: z.string().min(1).max(255).meta({ description: 'A tool of the catalogue: all its destinations at this source' }),
  enabled: z.boolean().meta({ description: 'false: the tool does not get it, unless a call names the tool itself' }),
})

/** `/spaces/:space/sources/:source/integration-filters`: events of a source that single tools do not get (spec/connections §2.4). */
export const integrationFilterRoutes: Route = (app, door) => {
  app.get(
    '/spaces/:space/sources/:source/integration-filters',
    { schema: { tags, summary: 'Events that single tools do not get', params: Params, response: { 200: Many } } },
    async ({ caller, params }) => {
      if (!(await sourceById(door.db, caller.spaceId, params.source))) throw notFound('source', params.source)
      const filters = await integrationFiltersAt(door.db, caller.spaceId, params.source)
      return { data: { integrationFilters: filters.map(integrationFilterFrom) } }
    },
  )
  app.patch(
    '/spaces/:space/sources/:source/integration-filters',
    {
      schema: {
        tags,
        summary: 'Keep an event from one tool, or let it go there again',
        params: Params,
        body: Change,
        response: { 200: Many },
      },
    },
    async ({ caller, params, body: { metadataId: tool, ...change } }) => {
      const act = { spaceId: caller.spaceId, sourceId: params.source, by: caller.name, now: door.now() }
      const filters = await changeIntegrationFilter(door.db, act, { ...change, tool })
      return { data: { integrationFilters: filters.map(integrationFilterFrom) } }
    },
  )
}
