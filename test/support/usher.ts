import { createProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'

/** The command line against an API: runs one command and answers what it wrote. Where it fails, what it wrote before is in `said`. */
export const usherAt =
  (url: string, token: string, said: string[] = []) =>
  async (...words: string[]): Promise<string> => {
    said.length = 0
    const config = readConfig({ USHER_URL: url, USHER_TOKEN: token })
    await createProgram(config, (text) => {
      said.push(text)
    }).parseAsync(words, { from: 'user' })
    return said.join('')
  }
