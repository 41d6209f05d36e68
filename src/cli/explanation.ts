import { MISSED } from '../audience/missed.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { listOf, objectOf, textOf } from './table.ts'

/* Why somebody is in an audience, and how an audience is evaluated, as text for people. */

/** Lines moved to the right. */
export const indented = (lines: readonly string[], by = 4): readonly string[] => lines.map((line) => `${' '.repeat(by)}${line}`)

const shown = (value: Json | undefined): string =>
  isObject(value) || Array.isArray(value) ? JSON.stringify(value) : textOf(value)

const eventLines = (event: JsonObject): readonly string[] => {
  const properties = Object.entries(objectOf(event, 'properties')).map(([path, value]) => `${path} ${shown(value)}`)
  const why = event['why'] === undefined ? [] : [MISSED[String(event['why'])] ?? String(event['why'])]
  const mark = why.length > 0 ? '–' : '·'
  return [
    `${mark} ${textOf(event['timestamp'])}  ${[textOf(event['name']), ...properties, ...why].join(', ')}`,
    ...indented(
      listOf(event, 'followedBy').flatMap((then) => [
        `and then ${textOf(then['name'])}: ${textOf(then['count'])}`,
        ...happeningLines(then),
      ]),
    ),
  ]
}

const happeningLines = (happenings: JsonObject): readonly string[] => {
  const events = listOf(happenings, 'events')
  const more = Number(happenings['count']) - events.length
  return [
    ...events.flatMap(eventLines),
    ...(more > 0 ? [`· and ${more.toLocaleString('en')} more`] : []),
    ...listOf(happenings, 'missed').flatMap(eventLines),
  ]
}

const foundLine = (evidence: JsonObject): readonly string[] => {
  const { count, value, threshold, partOf } = evidence
  if (partOf !== undefined) return [partOf ? 'it is' : 'it is not']
  const found =
    count === undefined
      ? value === undefined
        ? []
        : [`it is ${value === null ? 'not known' : shown(value)}`]
      : [`${shown(count)} found`]
  const wanted = threshold === undefined ? [] : [`asked for ${shown(threshold)}`]
  return found.length + wanted.length === 0 ? [] : [[...found, ...wanted].join(', ')]
}

const linkedLines = (linked: JsonObject): readonly string[] =>
  linked['total'] === undefined ? [] : [`${textOf(linked['matching'])} of ${textOf(linked['total'])} users`]

const changeLine = (changes: JsonObject, words: (matches: boolean) => string): readonly string[] =>
  changes['at'] === undefined
    ? []
    : [`${words(changes['matches'] === true)} on ${textOf(changes['at'])} UTC, when ${textOf(changes['because'])}`]

const evidenceLines = (node: JsonObject): readonly string[] => {
  const evidence = objectOf(node, 'evidence')
  const entries = evidence['entries']
  return [
    ...(node['disagrees'] === true ? ['! the evidence says otherwise: one of the two is wrong, please report it'] : []),
    ...foundLine(evidence),
    ...linkedLines(objectOf(evidence, 'linked')),
    ...(Array.isArray(entries) ? entries.map((entry) => `· ${shown(entry)}`) : []),
    ...happeningLines(objectOf(evidence, 'happenings')),
    ...changeLine(objectOf(node, 'changes'), (matches) => `becomes ${matches ? 'true' : 'false'}`),
    ...(node['unchangedUntil'] === undefined ? [] : [`time alone changes nothing before ${textOf(node['unchangedUntil'])}`]),
  ]
}

/** A condition with its answer, what the answer rests on, and its parts below it, a line each. */
export const conditionLines = (node: JsonObject): readonly string[] => [
  `${node['matches'] ? '✓' : '✗'} ${textOf(node['sentence'])}`,
  ...indented(evidenceLines(node)),
  ...indented(listOf(node, 'conditions').flatMap(conditionLines), 2),
]

const memberLine = ({ matches, eligible, memberSince }: JsonObject): string => {
  if (matches)
    return memberSince === null
      ? 'In this audience: enters with the next evaluation.'
      : `In this audience since ${textOf(memberSince)}.`
  const why = eligible ? '' : ' It has none of the identifiers that members need.'
  return memberSince === null
    ? `Not in this audience.${why}`
    : `Not in this audience any more: exits with the next evaluation.${why}`
}

/** Why a person is in or not, and until when. */
export const explanationText = (answer: JsonObject): string =>
  [
    memberLine(answer),
    ...changeLine(objectOf(answer, 'changes'), (matches) => (matches ? 'Enters' : 'Leaves')).map((line) => `${line}.`),
    ...(answer['unchangedUntil'] === undefined ? [] : [`Time alone changes nothing before ${textOf(answer['unchangedUntil'])}.`]),
    ...(answer['partial'] === true ? ['There are more events than were read; the evidence is of the newest.'] : []),
    ...conditionLines(objectOf(answer, 'conditions')),
  ].join('\n')

const namesOf = (of: JsonObject): string => {
  const words = Object.entries(of).flatMap(([kind, list]) => {
    const names = Array.isArray(list) ? list.map((each) => (isObject(each) ? textOf(each['name']) : shown(each))) : []
    return names.length === 0 ? [] : [`${kind === 'computedTraits' ? 'computed traits' : kind} ${names.join(', ')}`]
  })
  return words.length === 0 ? 'nothing' : words.join('; ')
}

const evaluationLine = (row: JsonObject): string => {
  const drift = row['drift'] === null || row['drift'] === 0 ? '' : `, drift ${textOf(row['drift'])}`
  const error = row['error'] === null ? '' : `  ${textOf(row['error'])}`
  return `${textOf(row['evaluatedAt'])}  ${textOf(row['mode'])}  ${textOf(row['durationMs'])} ms  +${textOf(row['entered'])} −${textOf(row['exited'])}${drift}${error}`
}

/** How an audience is evaluated: its query, the plan, the last evaluations, and what hangs on what. */
export const planText = (answer: JsonObject): string => {
  const parameters = Array.isArray(answer['parameters']) ? answer['parameters'] : []
  const plan = Array.isArray(answer['plan']) ? answer['plan'].map(String) : []
  return [
    textOf(answer['sql']),
    '',
    ...parameters.map((value, index) => `$${index + 1} = ${JSON.stringify(value)}`),
    '',
    answer['analyzed'] === true ? 'Plan, as it ran' : 'Plan',
    ...indented(plan, 2),
    '',
    'Last evaluations',
    ...indented(listOf(answer, 'evaluations').map(evaluationLine), 2),
    '',
    `Refers to: ${namesOf(objectOf(answer, 'references'))}`,
    `Used by: ${namesOf(objectOf(answer, 'referencedBy'))}`,
  ].join('\n')
}
