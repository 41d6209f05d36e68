import { and, COUNTRIES, type Family, is, people, pick, trait } from './family.ts'

/** Of a country, an age and a city. */
export const kind: Family = {
  name: 'kind',
  condition: (i) =>
    and(
      is('country', pick(COUNTRIES, i)),
      trait('age', { operator: 'at_least', value: 20 + 8 * i }),
      trait('age', { operator: 'less_than', value: 28 + 8 * i }),
      trait('address.city', { operator: 'starts_with', value: `City ${1 + i}` }),
    ),
  byHand: (i) => {
    const city = `p.traits -> 'address' ->> 'city' like 'City ${1 + i}%'`
    const age = `(p.traits -> 'age')::integer >= ${20 + 8 * i} and (p.traits -> 'age')::integer < ${28 + 8 * i}`
    return [
      ['traits taken out', people(`p.traits ->> 'country' = '${pick(COUNTRIES, i)}' and ${age} and ${city}`)],
      ['contained', people(`p.traits @> '{"country": "${pick(COUNTRIES, i)}"}' and ${age} and ${city}`)],
    ]
  },
}
