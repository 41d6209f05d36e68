import type * as z from 'zod'
import type * as shapes from '../../api/destination/shapes.ts'

/* Destinations as they travel: the API's own shapes. */

export type Tool = z.infer<typeof shapes.Metadata>
export type Option = Tool['options'][number]
export type Action = Tool['actions'][number]
export type Field = Action['fields'][number]
export type Destination = z.infer<typeof shapes.Destination>
export type Mapping = z.infer<typeof shapes.Mapping>
export type Filter = z.infer<typeof shapes.Filter>
export type Delivery = z.infer<typeof shapes.Delivery>
export type Attempt = Delivery['attempts'][number]
export type ToolSwitch = z.infer<typeof shapes.IntegrationFilter>

export type Figures = {
  readonly destinationId: string
  readonly mappings: number
  readonly mappingsOn: number
  readonly delivered: number
  readonly filtered: number
  readonly discarded: number
  readonly failed: number
  readonly waiting: number
  readonly capped: boolean
  readonly lastError: { readonly reason: string; readonly at: string } | null
}
export type Named = { readonly id: string; readonly name: string }
