import * as z from 'zod'
import { Duration } from '../base/duration.ts'

/**
 * What a journey may at most be (spec/journeys §7). Segment's shortest wait is 5 minutes; ours is a second, because whoever builds a journey
 * wants to see it walk. A space's settings may say otherwise: `{"journeyLimits": {"steps": 200}}`.
 */
export const JourneyLimits = z.object({
  steps: z.number().int().min(1).default(100),
  exits: z.number().int().min(0).default(10),
  versions: z.number().int().min(1).default(25),
  shortestWait: Duration.default('1 second'),
  longestWait: Duration.default('182 days'),
})
export type JourneyLimits = z.infer<typeof JourneyLimits>

export const DEFAULT_LIMITS: JourneyLimits = JourneyLimits.parse({})
