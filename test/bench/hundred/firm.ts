import type { Condition } from '../../../src/audience/condition.ts'
import { ACCOUNTS, and, did, events, type Family, is, not, of, PEOPLE, PLANS, people, pick, type Way } from './family.ts'

const ordered = (now: Date): string =>
  `select e.profile_id from event e where ${events('Order Completed', now, 30)} group by e.profile_id having count(*) >= 3`
const accounts = (where: string): string => `select p.id as profile_id from profile p where ${ACCOUNTS} and ${where}`
const links = 'l.space_id = $1 and l.account_id = p.id'

const anyOrdered = (now: Date): readonly Way[] => [
  ['exists', accounts(`exists (select from profile_link l where ${links} and l.profile_id in (${ordered(now)}))`)],
  [
    'joined',
    `select p.id as profile_id from profile p join (select distinct l.account_id from profile_link l join (${ordered(now)}) o on o.profile_id = l.profile_id
      where l.space_id = $1) a on a.account_id = p.id where ${ACCOUNTS}`,
  ],
  [
    'linked people asked',
    accounts(`exists (select from profile_link l where ${links} and (select count(*) from event e where ${events('Order Completed', now, 30)}
      and e.profile_id = l.profile_id) >= 3)`),
  ],
]

const opened = (i: number, now: Date): string => events('App Opened', now, 10 * i)
const CASES: readonly (readonly [Condition, (now: Date) => readonly Way[]])[] = [
  [{ type: 'any', condition: did({ name: 'Order Completed', within: '30 days' }, 3) }, anyOrdered],
  [
    { type: 'all', condition: not(did({ name: 'App Opened', within: '10 days' }, 1)) },
    (now) => [
      [
        'not exists',
        accounts(
          `not exists (select from profile_link l join event e on e.profile_id = l.profile_id where ${links} and ${opened(1, now)})`,
        ),
      ],
      [
        'each asked',
        accounts(
          `not exists (select from profile_link l where ${links} and exists (select from event e where ${opened(1, now)} and e.profile_id = l.profile_id))`,
        ),
      ],
    ],
  ],
  [
    { type: 'all', condition: did({ name: 'App Opened', within: '200 days' }, 1) },
    (now) => [
      [
        'grouped',
        `select p.id as profile_id from profile p join (select l.account_id from profile_link l where l.space_id = $1 group by l.account_id
            having bool_and(exists (select from event e where ${opened(20, now)} and e.profile_id = l.profile_id))) a on a.account_id = p.id where ${ACCOUNTS}`,
      ],
      [
        'not exists one who did not',
        accounts(`exists (select from profile_link l where ${links}) and not exists (select from profile_link l where ${links}
          and not exists (select from event e where ${opened(20, now)} and e.profile_id = l.profile_id))`),
      ],
    ],
  ],
]

const ofFirm = (i: number): Condition => and(of(`firm_${i - 3}`), is('plan', pick(PLANS, i)))
const peopleOfFirm = (i: number): readonly Way[] => {
  const plan = `p.traits ->> 'plan' = '${pick(PLANS, i)}'`
  const members = `select l.profile_id from profile_link l join membership m on m.space_id = $1 and m.audience_id = 'aud_firm_${i - 3}' and m.profile_id = l.account_id
    where l.space_id = $1`
  return [
    ['in', people(`${plan} and p.id in (${members})`)],
    [
      'joined',
      `select p.id as profile_id from profile p join (select distinct s.profile_id from (${members}) s) s on s.profile_id = p.id where ${PEOPLE} and ${plan}`,
    ],
  ]
}

/** Accounts by what their people do, and the people of such accounts. */
export const firm: Family = {
  name: 'firm',
  collection: (i) => (i < 3 ? 'accounts' : 'users'),
  condition: (i) => (i < 3 ? pick(CASES, i)[0] : ofFirm(i)),
  byHand: (i, { now }) => (i < 3 ? pick(CASES, i)[1](now) : peopleOfFirm(i)),
}
