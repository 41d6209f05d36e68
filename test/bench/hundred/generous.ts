import { and, events, type Family, is, measured, PEOPLE, people, pick } from './family.ts'

const MEASURES = [
  ['average', 'avg', 'at_least', '>='],
  ['max', 'max', 'greater_than', '>'],
  ['min', 'min', 'at_most', '<='],
  ['max', 'max', 'less_than', '<'],
  ['average', 'avg', 'greater_than', '>'],
] as const

/** Of the best customers, those whose orders are large, or small. */
export const generous: Family = {
  name: 'generous',
  condition: (i) => {
    const [kind, , operator] = pick(MEASURES, i)
    return and(is('vip', true), measured({ name: 'Order Completed' }, { kind, property: 'revenue' }, { operator, value: 100 }))
  },
  byHand: (i, { now }) => {
    const [, aggregate, , symbol] = pick(MEASURES, i)
    const number = `${aggregate}((e.properties -> 'revenue')::numeric) ${symbol} 100`
    const vip = `p.traits ->> 'vip' = 'true'`
    return [
      [
        'the events of the best by index, grouped',
        `select p.id as profile_id from profile p join event e on e.profile_id = p.id
          where ${PEOPLE} and ${vip} and ${events('Order Completed', now)} group by p.id having ${number}`,
      ],
      [
        'each of the best asked',
        people(`${vip} and (select ${number} from event e where ${events('Order Completed', now)} and e.profile_id = p.id)`),
      ],
      [
        'everybody grouped, joined',
        `select p.id as profile_id from profile p join (select e.profile_id from event e where ${events('Order Completed', now)}
            group by e.profile_id having ${number}) s on s.profile_id = p.id where ${PEOPLE} and ${vip}`,
      ],
    ]
  },
}
