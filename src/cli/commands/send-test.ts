import type { Command } from 'commander'
import type { Session } from '../program.ts'
import { objectOf, textOf } from '../table.ts'

/** `usher send-test <template> --to <address>`: one message to one address, whatever its subscription state (spec/messaging §1.6). */
export const sendTestCommand = (program: Command, { api, print }: Session): void => {
  program
    .command('send-test <template>')
    .description('send a template to one address, to look at it')
    .requiredOption('--to <address>', 'an email address, a phone number or a push token')
    .option('--profile <profile>', 'whose traits to fill in, by id or as type:value')
    .action(async (template: string, options: { to: string; profile?: string }) =>
      print(await (await api()).post('/test-sends', { template, ...options }), (answer) => {
        const message = objectOf(answer, 'message')
        return `${textOf(message['channel'])} to ${textOf(message['address'] ?? options.to)}: ${textOf(message['status'])} (message ${textOf(message['id'])})`
      }),
    )
}
