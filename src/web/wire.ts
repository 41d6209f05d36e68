import type { Condition } from '../audience/condition.ts'
import type { JourneyDefinition } from '../journey/definition.ts'

/* The API's shapes, as they travel: what `/openapi.json` describes. */

export type Pagination = { readonly current?: string; readonly next?: string; readonly totalEntries?: number }
export type Problem = { readonly field: string; readonly message: string; readonly remedy?: string }

export type Session = {
  readonly spaceId: string
  readonly spaceName: string
  readonly development: boolean
  readonly token: string
}

export type AudienceFigures = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly status: string
  readonly reason: string | null
  readonly count: number
  readonly entered24h: number
  readonly exited24h: number
}
export type JourneyFigures = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly status: string
  readonly active: number
  readonly held: number
  readonly entered24h: number
}
export type Overview = {
  readonly at: string
  readonly sentence: string
  readonly events: { readonly total: number; readonly perSecond: number; readonly last24h: number }
  readonly profiles: number
  readonly audiences: readonly AudienceFigures[]
  readonly journeys: readonly JourneyFigures[]
  readonly messages: Readonly<
    Record<'queued' | 'sending' | 'sent' | 'skipped' | 'failed' | 'uncertain' | 'people' | 'journeys', number>
  >
  readonly attention: readonly {
    readonly kind: string
    readonly title: string
    readonly detail: string
    readonly link: string
  }[]
}

export type Computing = {
  readonly cause: 'new' | 'edit' | 'check'
  readonly phase: 'waiting' | 'computing' | 'switching'
  readonly percent: number
  readonly since: string
  readonly askedBy: string
  readonly steps: number
  readonly done: number
  readonly attempt: number
  readonly place?: number
  readonly ahead?: number
}
export type Audience = {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly description: string
  readonly enabled: boolean
  readonly definition: { readonly condition: Condition; readonly query: string }
  readonly sentence: string
  readonly computeCadence: { readonly type: 'REALTIME' | 'BATCH'; readonly because: readonly string[] }
  readonly computation?: Computing
  readonly status: string
  readonly reason?: string | null
  readonly audienceType?: About
  readonly size: { readonly count: number }
  readonly version?: number
  readonly folderId?: string
  readonly createdBy: string
  readonly updatedBy: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly evaluatedAt?: string | null
  readonly changes24h?: { readonly entered: number; readonly exited: number }
}
export type Folder = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly audiences: number
  readonly computedTraits: number
}
export type Version = {
  readonly version: number
  readonly query: string
  readonly sentence: string
  readonly options: Readonly<Record<string, unknown>>
  readonly savedBy: string
  readonly savedAt: string
  readonly restoredFrom?: number
  readonly current: boolean
}
export type OtherOption = { readonly option: string; readonly from?: unknown; readonly to?: unknown }
export type Stretch = { readonly change: 'same' | 'removed' | 'added'; readonly text: string }
export type ExportJob = {
  readonly exportId: string
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  readonly layout: string
  readonly requestedBy: string
  readonly startedAt: string
  readonly snapshotAt?: string
  readonly expiresAt?: string
  readonly urls: readonly string[]
  readonly error?: string
  readonly progress: { readonly people: number; readonly expected: number }
}
export type Traits = Readonly<Record<string, unknown>>
export type Member = {
  readonly profileId: string
  readonly enteredAt?: string
  readonly name?: string | null
  readonly email?: string | null
  readonly traits?: Traits
}
export type MemberChange = {
  readonly profileId: string
  readonly name?: string | null
  readonly change: 'entered' | 'exited'
  readonly changedAt: string
}
export type Estimate = {
  readonly count: number
  readonly low: number
  readonly high: number
  readonly oneIn: number
  readonly asked: number
}
export type Preview = {
  readonly id: string
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  readonly size?: { readonly count: number }
  readonly estimate?: Estimate
  readonly results?: readonly Member[]
  readonly identifiers?: Identifiers
  readonly failureReason?: string
  readonly sentence: string
}
export type Identifiers = {
  readonly total: number
  readonly types: readonly { readonly type: string; readonly count: number }[]
}
type OverlapSide = { readonly id?: string; readonly name?: string; readonly sentence: string; readonly count: number }
export type Overlap = {
  readonly first: OverlapSide
  readonly second: OverlapSide
  readonly both: number
  readonly onlyFirst: number
  readonly onlySecond: number
}
export type ExplainedEvent = {
  readonly messageId: string
  readonly name: string
  readonly timestamp: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly why?: string
  readonly followedBy?: readonly ExplainedEvents[]
}
export type ExplainedEvents = {
  readonly name: string
  readonly count: number
  readonly events: readonly ExplainedEvent[]
  readonly missed: readonly ExplainedEvent[]
}
export type ExplainedChange = { readonly at: string; readonly matches: boolean; readonly because: string }
export type Explained = {
  readonly sentence: string
  readonly matches: boolean
  readonly evidence?: {
    readonly count?: unknown
    readonly value?: unknown
    readonly threshold?: unknown
    readonly happenings?: ExplainedEvents
    readonly entries?: readonly unknown[]
    readonly partOf?: boolean
    readonly linked?: { readonly total: number; readonly matching: number }
  }
  readonly changes?: ExplainedChange
  readonly unchangedUntil?: string
  readonly disagrees?: true
  readonly conditions?: readonly Explained[]
}
export type Explanation = {
  readonly matches: boolean
  readonly profileId: string
  readonly eligible: boolean
  readonly memberSince: string | null
  readonly changes?: ExplainedChange
  readonly unchangedUntil?: string
  readonly partial?: true
  readonly conditions: Explained
}
export type AudiencePlan = {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly plan: readonly string[]
  readonly analyzed: boolean
  readonly references: Readonly<Record<'events' | 'traits' | 'audiences' | 'computedTraits', readonly string[]>>
  readonly referencedBy: Readonly<
    Record<'audiences' | 'computedTraits' | 'journeys', readonly { readonly id: string; readonly name: string }[]>
  >
  readonly evaluations: readonly Evaluation[]
}
export type Evaluation = {
  readonly mode: string
  readonly evaluatedAt: string
  readonly durationMs: number
  readonly entered: number
  readonly exited: number
  readonly drift?: number | null
  readonly error?: string | null
}

export type Known = { readonly path: string; readonly type?: string; readonly values?: readonly unknown[] }
/** Whom a definition is about. */
export type About = 'USERS' | 'ACCOUNTS'
type Named = { readonly key: string; readonly name: string; readonly about?: About }
export type Catalog = {
  readonly events: readonly { readonly name: string; readonly count?: number; readonly properties?: readonly Known[] }[]
  readonly traits: readonly Known[]
  readonly accountTraits?: readonly Known[]
  readonly audiences: readonly Named[]
  readonly computedTraits?: readonly Named[]
  readonly identifiers?: readonly string[]
  /** What is not offered because there is too much of it. */
  readonly notices?: readonly { readonly message: string }[]
}

export type Person = {
  readonly id: string
  readonly name?: string | null
  readonly email?: string | null
  readonly identifiers?: Readonly<Record<string, readonly string[]>>
  readonly createdAt?: string
  readonly lastSeenAt?: string | null
}
export type Profile = {
  readonly id: string
  readonly identifiers: Readonly<Record<string, readonly string[]>>
  readonly traits: Traits
  readonly computedTraits?: Traits
  readonly createdAt: string
  readonly lastSeenAt?: string | null
  readonly audiences: readonly {
    readonly id: string
    readonly key: string
    readonly name: string
    readonly enteredAt: string
  }[]
  readonly accounts?: readonly {
    readonly id: string
    readonly name?: string
    readonly identifiers: Readonly<Record<string, readonly string[]>>
  }[]
  readonly subscriptions: readonly { readonly channel: string; readonly address: string; readonly status: string }[]
  /** Nothing is taken of them any more. */
  readonly suppressed?: {
    readonly since: string
    readonly by: string
    readonly named: readonly { readonly type: string; readonly id: string }[]
  }
  readonly suppressions?: readonly {
    readonly channel: string
    readonly address: string
    readonly sentence: string
    readonly suppressedAt: string
    readonly messageId: string
  }[]
}
export type Tone = 'plain' | 'good' | 'warn' | 'bad'
export type Kind = 'event' | 'trait' | 'audience' | 'run' | 'message' | 'delivery' | 'subscription'
export type Entry = {
  readonly id: string
  readonly at: string
  readonly kind: Kind
  readonly title: string
  readonly detail?: string
  readonly link?: string
  readonly tone: Tone
  readonly data?: Traits
}

export type Journey = {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly description: string
  readonly status: 'draft' | 'live' | 'paused' | 'archived'
  readonly liveVersion?: number | null
  readonly draft?: JourneyDefinition | null
  readonly definition: JourneyDefinition
  readonly stats?: Readonly<Partial<Record<'active' | 'held' | 'completed' | 'exited' | 'entered24h', number>>>
  readonly updatedAt: string
}
export type StepFigures = {
  readonly step: string
  readonly sentence: string
  readonly here: number
  readonly passed: number
  readonly branches?: readonly { readonly name: string; readonly count: number }[]
  readonly conditions?: readonly { readonly branch: string; readonly sentence: string }[]
}
export type StepFailure = {
  readonly version: number
  readonly step: string
  readonly sentence: string
  readonly runs: number
  readonly since: string
  readonly lastTriedAt: string
  readonly attempts: number
  readonly error: string
  readonly remedy: string
}
export type JourneyRefusal = {
  readonly id: string
  readonly profileId: string
  readonly name?: string | null
  readonly sentence: string
  readonly happenedAt: string
}
export type Run = {
  readonly id: string
  readonly profileId: string
  readonly name?: string | null
  readonly entryKey?: string
  readonly step?: string | null
  readonly status: string
  readonly endReason?: string | null
  readonly enteredAt: string
  readonly arrivedAt?: string
  readonly dueAt?: string | null
  readonly sentence?: string
}
export type Transition = {
  readonly step?: string | null
  readonly branch?: string | null
  readonly nextStep?: string | null
  readonly happenedAt: string
  readonly evidence?: unknown
  readonly sentence?: string
}

export type Message = {
  readonly id: string
  readonly profileId: string
  readonly name?: string | null
  readonly channel: string
  readonly status: string
  readonly reason?: string | null
  readonly sentence?: string
  readonly address?: string | null
  readonly templateId?: string
  readonly templateName?: string | null
  readonly journeyId?: string | null
  readonly runId?: string | null
  readonly step?: string | null
  readonly createdAt: string
  readonly sentAt?: string | null
  readonly events?: readonly { readonly kind: string; readonly happenedAt: string }[]
}
export type Content = {
  readonly subject?: string | null
  readonly from?: string | null
  readonly html?: string | null
  readonly text?: string | null
  readonly title?: string | null
  readonly body?: string | null
}
export type Template = {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly channel: string
  readonly version?: number
  readonly updatedAt?: string
  readonly source?: Traits
}
