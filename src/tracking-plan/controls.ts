import * as z from 'zod'

const Track = z.strictObject({
  allowUnplannedEvents: z.boolean(),
  allowUnplannedEventProperties: z.boolean(),
  allowEventOnViolations: z.boolean(),
  allowPropertiesOnViolations: z.boolean(),
  commonEventOnViolations: z.enum(['ALLOW', 'BLOCK', 'OMIT_PROPERTIES']),
})
const Traits = z.strictObject({
  allowUnplannedTraits: z.boolean(),
  allowTraitsOnViolations: z.boolean(),
  commonEventOnViolations: z.enum(['ALLOW', 'BLOCK', 'OMIT_TRAITS']),
})
const SourceId = z.string().min(1).max(255)

/** What a source does with calls that its plan does not know or that break it (spec/connections §1.6). */
export const Controls = z
  .strictObject({
    track: Track,
    identify: Traits,
    group: Traits,
    forwardingViolationsTo: SourceId.optional(),
    forwardingBlockedEventsTo: SourceId.optional(),
  })
  .meta({ id: 'SourceSettings' })
export type Controls = z.infer<typeof Controls>

/** What is to change; forwarding that is not named is switched off. */
export const ControlsPatch = z.strictObject({
  track: Track.partial().optional(),
  identify: Traits.partial().optional(),
  group: Traits.partial().optional(),
  forwardingViolationsTo: SourceId.optional(),
  forwardingBlockedEventsTo: SourceId.optional(),
})
export type ControlsPatch = z.infer<typeof ControlsPatch>

const TRAITS = { allowUnplannedTraits: true, allowTraitsOnViolations: true, commonEventOnViolations: 'ALLOW' } as const

/** Everything allowed, nothing forwarded: what holds where nobody said otherwise. */
export const ALLOW_ALL: Controls = {
  track: {
    allowUnplannedEvents: true,
    allowUnplannedEventProperties: true,
    allowEventOnViolations: true,
    allowPropertiesOnViolations: true,
    commonEventOnViolations: 'ALLOW',
  },
  identify: TRAITS,
  group: TRAITS,
}

/** The same for every type of call: what is done with the unplanned and with what breaks a rule. */
export type Policy = {
  readonly unplannedEvents: boolean
  readonly unplannedNames: boolean
  readonly brokenEvents: boolean
  readonly brokenNames: boolean
  readonly common: 'ALLOW' | 'BLOCK' | 'OMIT'
}

const ALL: Policy = { unplannedEvents: true, unplannedNames: true, brokenEvents: true, brokenNames: true, common: 'ALLOW' }
const actionOf = (action: 'ALLOW' | 'BLOCK' | 'OMIT_PROPERTIES' | 'OMIT_TRAITS'): Policy['common'] =>
  action === 'ALLOW' || action === 'BLOCK' ? action : 'OMIT'

/** The policy for a type of call. Pages and screens have no controls: nothing happens to them. */
export const policyFor = ({ track, identify, group }: Controls, type: string): Policy => {
  if (type === 'track')
    return {
      unplannedEvents: track.allowUnplannedEvents,
      unplannedNames: track.allowUnplannedEventProperties,
      brokenEvents: track.allowEventOnViolations,
      brokenNames: track.allowPropertiesOnViolations,
      common: actionOf(track.commonEventOnViolations),
    }
  if (type !== 'identify' && type !== 'group') return ALL
  const traits = type === 'identify' ? identify : group
  return {
    ...ALL,
    unplannedNames: traits.allowUnplannedTraits,
    brokenNames: traits.allowTraitsOnViolations,
    common: actionOf(traits.commonEventOnViolations),
  }
}
