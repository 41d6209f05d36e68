import type { Command } from 'commander'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const subjectOf = (person: string): JsonObject => {
  const at = person.indexOf(':')
  if (at < 1)
    throw new Invalid('cli', [
      {
        field: 'person',
        message: `"${person}" is no type:value`,
        remedy: 'Write for example user_id:42 or email:a@example.com.',
      },
    ])
  return { subjectType: person.slice(0, at), subjectIds: [person.slice(at + 1)] }
}

const showRemovals = (regulation: JsonObject): readonly string[] => {
  const { waiting, delivered, givenUp } = objectOf(regulation, 'removals')
  if (!waiting && !delivered && !givenUp) return []
  return [`taken off at destinations: ${textOf(delivered)} done, ${textOf(waiting)} to do, ${textOf(givenUp)} given up`]
}

const showRegulation = (answer: JsonObject): string => {
  const regulation = objectOf(answer, 'regulation')
  const rows = table(listOf(regulation, 'streamStatus'), [
    ['table', (row) => row['id']],
    ['removed', (row) => row['removed']],
  ])
  return [
    `${textOf(regulation['id'])} ${textOf(regulation['regulationType'])}: ${textOf(regulation['overallStatus'])}, ${textOf(regulation['subjects'])} asked`,
    ...(regulation['error'] ? [textOf(regulation['error'])] : []),
    ...showRemovals(regulation),
    rows,
  ].join('\n')
}

const showSuppressed = (answer: JsonObject): string =>
  table(listOf(answer, 'suppressed'), [
    ['person', (row) => `${textOf(row['type'])}:${row['id'] === null ? `(erased) ${textOf(row['hash'])}` : textOf(row['id'])}`],
    ['since', (row) => row['suppressedAt']],
    ['by', (row) => row['suppressedBy']],
  ])

/** `usher person suppress|unsuppress|erase <type:value>`, `usher person regulation <id>`, `usher person suppressed`. */
export const personCommand = (program: Command, { api, print }: Session): void => {
  const person = program.command('person').description('suppress and erase people')
  const ask = async (who: string, regulationType: string, done: string): Promise<void> =>
    print(
      await (await api()).post('/regulations', { regulationType, ...subjectOf(who) }),
      (answer) => `${done} (${textOf(answer['regulateId'])})`,
    )
  person
    .command('suppress <person>')
    .description('nothing is taken of her from now on; what is stored stays')
    .action((who: string) => ask(who, 'SUPPRESS_ONLY', 'Suppressed.'))
  person
    .command('unsuppress <person>')
    .description('she is taken in again')
    .action((who: string) => ask(who, 'UNSUPPRESS', 'Free again.'))
  person
    .command('erase <person>')
    .description('everything that is stored of her is removed; opt-outs are kept as hashes')
    .option('--suppress', 'nothing is taken of her from now on, too')
    .action((who: string, options: { suppress?: boolean }) =>
      ask(
        who,
        options.suppress ? 'SUPPRESS_WITH_DELETE' : 'DELETE_ONLY',
        'Being erased. How far: `usher person regulation <id>`',
      ),
    )
  person
    .command('regulation <id>')
    .description('how far a request is')
    .action(async (id: string) => print(await (await api()).get(`/regulations/${encodeURIComponent(id)}`), showRegulation))
  person
    .command('suppressed')
    .description('whose calls are not taken')
    .action(async () => print(await (await api()).get('/suppressed-people'), showSuppressed))
}
