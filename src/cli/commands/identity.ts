import type { Command } from 'commander'
import type { Json, JsonObject } from '../../base/json.ts'
import { isObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, table, textOf } from '../table.ts'

const blockedOf = (blocked: Json | undefined): string =>
  Array.isArray(blocked)
    ? blocked.map((entry) => (isObject(entry) ? `/${textOf(entry['regex'])}/` : textOf(entry))).join(', ') || 'nothing'
    : 'the usual'

const shown = (answer: JsonObject): string =>
  table(listOf(answer, 'rules'), [
    ['type', (row) => row['type']],
    ['at most', (row) => row['limit']],
    ['period', (row) => row['period']],
    ['priority', (row) => row['priority']],
    ['blocked', (row) => blockedOf(row['blocked'])],
    ['read from', (row) => (Array.isArray(row['readFrom']) ? row['readFrom'].join(', ') : null)],
    ['said by', (row) => (row['stored'] ? (row['seen'] ? 'a call' : 'you') : 'nobody')],
  ])

type Options = {
  readonly limit?: string
  readonly period?: string
  readonly priority?: string
  readonly block?: readonly string[]
  readonly blockPattern?: readonly string[]
  readonly usualBlocked?: boolean
  readonly readTraits?: boolean
}

// What is no number is sent as it is, for the space to say what belongs there.
const priorityOf = (said: string) => (said === 'usual' ? null : Number.isNaN(Number(said)) ? said : Number(said))

const bodyOf = ({ limit, period, priority, block = [], blockPattern = [], usualBlocked, readTraits }: Options) => ({
  ...(limit === undefined ? {} : { limit: Number(limit) }),
  ...(period === undefined ? {} : { period }),
  ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
  ...(block.length + blockPattern.length === 0 ? {} : { blocked: [...block, ...blockPattern.map((regex) => ({ regex }))] }),
  ...(usualBlocked ? { blocked: null } : {}),
  ...(readTraits === undefined ? {} : { readsTraits: readTraits }),
})

/** `usher identity rules | set | reset`: by what a space recognises people. */
export const identityCommand = (program: Command, { api, print }: Session): void => {
  const identity = program.command('identity').description('by what people are recognised')
  identity
    .command('rules')
    .description('types of identifiers, the one that is kept longest first')
    .action(async () => print(await (await api()).get('/identity-rules'), shown))
  identity
    .command('set <type>')
    .description('add a type, or change one; it holds for what is received from now on')
    .option('--limit <count>', 'how many values one profile has at most')
    .option('--period <period>', 'what the limit counts: ever, weekly, monthly or annually')
    .option('--priority <place>', '1 is kept longest; "usual" for user_id, email, then the alphabet; "last" behind all')
    .option('--block <value...>', 'values that name nobody, in place of those that are blocked now')
    .option('--block-pattern <regex...>', 'the same as regular expressions')
    .option('--usual-blocked', 'block what is blocked usually')
    .option('--read-traits', 'read it from traits and properties of its name, too')
    .option('--no-read-traits', 'do not')
    .action(async (type: string, options: Options) =>
      print(await (await api()).patch(`/identity-rules/${encodeURIComponent(type)}`, bodyOf(options)), shown),
    )
  identity
    .command('reset <type>')
    .description('treat it as usual again; identifiers that are there stay')
    .action(async (type: string) => print(await (await api()).remove(`/identity-rules/${encodeURIComponent(type)}`), shown))
}
