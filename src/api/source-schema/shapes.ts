import * as z from 'zod'
import type { Entry } from '../../catalog/read.ts'

export const Type = z.enum(['track', 'page', 'screen', 'identify', 'group'])
/** Of what a row speaks: an event, or something that it carries. */
export const subject = {
  type: Type,
  name: z
    .string()
    .meta({ description: 'The event: "Page Viewed" for all pages, "Screen Viewed" for all screens, "" for traits' }),
  path: z.string().meta({ description: 'A property or a trait; "" for the event itself. Items of arrays are "$"' }),
}
export const Shown = z
  .object({
    ...subject,
    kind: z.string().meta({ description: 'The type of JSON that it mostly has' }),
    firstSeenAt: z.string().nullable(),
    lastSeenAt: z.string().nullable(),
    allowed: z.number(),
    blocked: z.number(),
    enabled: z.boolean(),
    archivedAt: z.string().nullable(),
    planned: z.boolean().nullable().meta({ description: 'null where no tracking plan is connected' }),
    frequent: z
      .array(z.object({ value: z.json(), count: z.number() }))
      .meta({ description: 'The five values met most often; at least so often each, and at most 1/33 of all more' }),
  })
  .meta({ id: 'SourceSchemaEntry' })

/** An entry as it is answered. */
export const shownEntry = ({ firstAt, lastAt, archivedAt, planned, frequent, ...entry }: Entry): z.infer<typeof Shown> => ({
  ...entry,
  firstSeenAt: firstAt?.toISOString() ?? null,
  lastSeenAt: lastAt?.toISOString() ?? null,
  archivedAt: archivedAt?.toISOString() ?? null,
  planned: planned ?? null,
  frequent: frequent.map(({ value, count }) => ({ value: value as z.infer<typeof Shown>['frequent'][number]['value'], count })),
})
