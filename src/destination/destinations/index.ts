import type { Destination } from '../destination.ts'
import { customerIo } from './customer-io.ts'
import { webhook } from './webhook.ts'
import { webhookAudiences } from './webhook-audiences.ts'

/** The slugs of all tools, as destinations and transformations name them. */
export const TOOL_SLUGS = ['actions-webhook', 'actions-customerio', 'actions-webhook-audiences'] as const
export type ToolSlug = (typeof TOOL_SLUGS)[number]

/** The catalogue: every tool there is. */
export const DESTINATIONS: Readonly<Record<ToolSlug, Destination>> = {
  'actions-webhook': webhook,
  'actions-customerio': customerIo,
  'actions-webhook-audiences': webhookAudiences,
}

const isTool = (slug: string): slug is ToolSlug => Object.hasOwn(DESTINATIONS, slug)

/** The tool of a slug, or undefined. */
export const toolOf = (slug: string): Destination | undefined => (isTool(slug) ? DESTINATIONS[slug] : undefined)
