import { milliseconds } from '../base/duration.ts'
import { Invalid, Refused } from '../base/errors.ts'
import type { Collection } from '../profile/identifier.ts'
import { DEFAULT_LIMITS, type Limits } from '../space/limit.ts'
import { modeInWords, modeOf } from './mode.ts'
import { externalIdsOf, type Options } from './options.ts'

type Saved = {
  readonly name: string
  readonly collection: Collection
  readonly definition: unknown
  readonly options: Options
}

const sameIds = (a: Options, b: Options): boolean =>
  JSON.stringify([...externalIdsOf(a)].sort()) === JSON.stringify([...externalIdsOf(b)].sort())

/**
 * What is chosen for life: the mode, and who is eligible (spec/audiences §10.4, §15.1). @throws Refused for an edit that would change one,
 * saying what in the definition it is.
 */
export const refuseOtherForLife = (old: Saved, next: Saved): void => {
  if (!sameIds(old.options, next.options)) {
    throw new Refused('external_ids', 'Who is eligible cannot be changed later; make a new one with other external ids.')
  }
  const about = old.collection === 'accounts' ? 'ACCOUNTS' : 'USERS'
  const [was, would] = [modeOf(old.definition, about), modeOf(next.definition, about)]
  if (was.type === would.type) return
  const why =
    would.type === 'BATCH'
      ? `The edit brings in ${would.because.join(' and ')}, which makes it ${modeInWords('BATCH')}`
      : `The edit takes out ${was.because.join(' and ')}, which makes it ${modeInWords('REALTIME')}`
  throw new Refused(
    'mode',
    `"${old.name}" is ${modeInWords(was.type)} for life. ${why}. Make a new one for that, and delete this one.`,
  )
}

const LEAST_MS = 15 * 60_000

/** @throws Invalid for a cadence that people have not, or that is shorter than a quarter of an hour (spec/audiences §12, §29 #10). */
export const refuseCadence = ({ recompute }: Options, collection: Collection): void => {
  if (!recompute) return
  if (collection === 'users')
    throw new Invalid('recompute', [
      { field: 'options.recompute', message: 'is for accounts; people are always exact', remedy: 'leave it out' },
    ])
  if (milliseconds(recompute.every) < LEAST_MS)
    throw new Invalid('recompute', [
      {
        field: 'options.recompute.every',
        message: `${recompute.every} is too often`,
        remedy: 'write 15 minutes or more, or leave it out',
      },
    ])
}

/** @throws Invalid where people are asked to count for the group that an event names: only accounts do (spec/audiences §12). */
export const refuseGroups = ({ honourGroupId }: Options, collection: Collection): void => {
  if (honourGroupId !== true || collection === 'accounts') return
  throw new Invalid('honour_group_id', [
    {
      field: 'options.honourGroupId',
      message: "is for accounts; a person's events are theirs in every group",
      remedy: 'leave it out',
    },
  ])
}

/** @throws Invalid for a look-back that is longer than the space may have (spec/audiences §15.2). */
export const refuseLongLookBack = ({ backfillEventDataDays: days }: Options, limits: Limits = DEFAULT_LIMITS): void => {
  const most = limits.look_back
  if (days === undefined || most === null || days <= most) return
  throw new Invalid('look_back', [
    {
      field: 'options.backfillEventDataDays',
      message: `${days} days is longer than the ${most} days that one may look back`,
      remedy: `write ${most} or less, or leave it out to count all there is; the limit is the setting look_back in USHER_LIMITS`,
    },
  ])
}
