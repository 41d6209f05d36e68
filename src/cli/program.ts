import { Command } from 'commander'
import type { Config } from '../config.ts'
import { type Api, openApi } from './api.ts'
import { audienceCommand } from './commands/audience.ts'
import { codeCommand } from './commands/code.ts'
import { computedTraitCommand } from './commands/computed-trait.ts'
import { destinationCommand } from './commands/destination.ts'
import { filterCommand } from './commands/filter.ts'
import { identityCommand } from './commands/identity.ts'
import { importCommand } from './commands/import.ts'
import { journeyCommand } from './commands/journey.ts'
import { oauthCommand } from './commands/oauth.ts'
import { personCommand } from './commands/person.ts'
import { profileCommand } from './commands/profile.ts'
import { sendTestCommand } from './commands/send-test.ts'
import { sourceCommand } from './commands/source.ts'
import { spaceCommand } from './commands/space.ts'
import { sqlTraitCommand } from './commands/sql-trait.ts'
import { tokenCommand } from './commands/token.ts'
import { trackingPlanCommand } from './commands/tracking-plan.ts'
import { type Print, printer } from './print.ts'

/** What a command gets: the API, opened when it is first needed, and how to answer. */
export type Session = { readonly api: () => Promise<Api>; readonly print: Print }

/** The `usher` command for people and scripts: tables, or the API's answers with `--json`. */
export const createProgram = (config: Config, write: (text: string) => void): Command => {
  const program = new Command('usher')
    .description('Audiences and journeys, from the command line.')
    .option('--json', 'answer in JSON')
  const session: Session = {
    api: () => openApi(config),
    print: (answer, show) => printer(program.opts<{ json?: boolean }>().json === true, write)(answer, show),
  }
  for (const command of [
    audienceCommand,
    computedTraitCommand,
    codeCommand,
    journeyCommand,
    personCommand,
    profileCommand,
    identityCommand,
    importCommand,
    sourceCommand,
    oauthCommand,
    destinationCommand,
    sqlTraitCommand,
    filterCommand,
    trackingPlanCommand,
    sendTestCommand,
  ])
    command(program, session)
  spaceCommand(program, config, write)
  tokenCommand(program, session, config, write)
  return program
}
