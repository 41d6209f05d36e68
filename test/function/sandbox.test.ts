import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { problemsOfCode } from '../../src/function/code.ts'
import { callCode, processIdOf } from '../../src/function/sandbox.ts'
import { until } from '../support/wait.ts'
import { call, codeOf, failure, gave, worthOf } from './support.ts'

it('calls a handler with the event and the settings, and answers what it gave and logged', async () => {
  const [first, second] = await callCode(
    'spa_sandbox',
    codeOf('async function onTrack(event, settings) { console.log("seen", event, 1); event.got = settings.key; return event }', {
      settings: '{"key":"v"}',
    }),
    [
      ['onTrack', '{"a":1}'],
      ['onTrack', '{"a":2}'],
    ],
  )
  expect([gave(first), first?.logs, gave(second)]).toEqual([{ a: 1, got: 'v' }, 'seen {"a":1} 1\n', { a: 2, got: 'v' }])
  expect(gave(await call('const onTrack = (event) => { event.b = 1; return event }'))).toEqual({ b: 1 })
  expect(await call('function onTrack() {}')).toMatchObject({ gave: null })
})

it('FUN-07 each throw of 4.4 has its class; what else goes wrong is Bad Request with its message and place', async () => {
  for (const kind of ['RetryError', 'ValidationError', 'InvalidEventPayload', 'EventNotSupported', 'DropEvent'])
    expect(failure(await call(`function onTrack() {\n  throw new ${kind}('because')\n}`))).toEqual({
      ...{ kind, message: 'because', line: 2, column: 9 },
    })
  const thrown: readonly (readonly [string, string])[] = [
    ['throw new TypeError("t")', 'TypeError: t'],
    ['throw "text"', 'text'],
    ['throw null', 'null'],
    ['throw { toString() { return "own" } }', 'own'],
    ['throw Object.create(null)', 'something that cannot be read was thrown'],
    ['throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })', 'something that cannot be read was thrown'],
    ['await null; undefined.x', "TypeError: Cannot read properties of undefined (reading 'x')"],
    ['return Promise.reject(new Error("later"))', 'Error: later'],
    ['const f = () => f(); f()', 'RangeError: Maximum call stack size exceeded'],
  ]
  for (const [body, message] of thrown)
    expect(failure(await call(`async function onTrack() { ${body} }`)), body).toMatchObject({ kind: 'Error', message })
  const [missing] = await callCode('spa_sandbox', codeOf('function onTrack() {}'), [['onPage', '{}']])
  expect(failure(missing)).toEqual({ kind: 'HandlerMissing', message: 'there is no onPage' })
  for (const value of ['(() => { const a = {}; a.a = a; return a })()', '{ a: 1n }', '{ toJSON() { throw new Error("no") } }'])
    expect(failure(await call(`const onTrack = () => (${value})`)), value).toMatchObject({ kind: 'InvalidEventPayload' })
  expect(failure(await call('throw new Error("outside")\nfunction onTrack() {}'))).toMatchObject({
    kind: 'BadCode',
    message: 'Error: outside',
  })
  expect(failure(await call('function onTrack( {'))).toMatchObject({ kind: 'BadCode', line: 1 })
})

it('FUN-06 a call that loops, or waits, longer than it may ends as Timeout, and only that one', async () => {
  const code = codeOf(
    `const slow = () => new Promise((resolve) => setTimeout(resolve, 60000))
     const onTrack = (event) => event
     const onPage = () => { for (;;); }
     const onScreen = async () => { await slow() }
     const onGroup = async (event) => { await new Promise((resolve) => setTimeout(resolve, 50)); return event }
     const onAlias = async () => { await null; for (;;); }`,
    { limitMs: 500 },
  )
  const names = ['onTrack', 'onGroup', 'onPage', 'onTrack', 'onScreen', 'onAlias', 'onGroup', 'onTrack']
  const outcomes = await callCode(
    'spa_slow',
    code,
    names.map((name, at) => [name, `{"at":${at}}`] as const),
  )
  expect(outcomes.map((outcome) => failure(outcome)?.kind ?? gave(outcome))).toEqual([
    ...[{ at: 0 }, { at: 1 }, 'Timeout', { at: 3 }, 'Timeout', 'Timeout', { at: 6 }, { at: 7 }],
  ])
  expect(gave((await callCode('spa_slow', code, [['onTrack', '{"at":9}']]))[0])).toEqual({ at: 9 })
})

it('code that hangs outside of a handler, or after it answered, holds nobody up for long', async () => {
  const [loop] = await callCode('spa_loop', codeOf('for (;;);\nfunction onTrack() {}', { limitMs: 300 }), [['onTrack', '{}']])
  expect(failure(loop)?.kind).toBe('Timeout')
  const late = codeOf('function onTrack(event) { setTimeout(() => { for (;;); }, 0); return event }', { limitMs: 300 })
  expect(gave((await callCode('spa_loop', late, [['onTrack', '{"a":1}']]))[0])).toEqual({ a: 1 })
  expect(gave(await call('const onTrack = (event) => event', { b: 1 }, 'spa_loop'))).toEqual({ b: 1 })
})

it('FUN-16 who takes too much memory fails alone', async () => {
  const code = codeOf(
    `const onTrack = (event) => event
     const onPage = () => { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)) }
     const onScreen = () => { const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1)) }`,
    { limitMs: 20_000 },
  )
  const outcomes = await callCode('spa_memory', code, [
    ['onTrack', '{"at":0}'],
    ['onPage', '{}'],
    ['onTrack', '{"at":2}'],
    ['onScreen', '{}'],
    ['onTrack', '{"at":4}'],
  ])
  expect(outcomes.map((outcome) => failure(outcome)?.kind ?? gave(outcome))).toEqual([
    ...[{ at: 0 }, 'Died', { at: 2 }, process.platform === 'linux' ? 'Error' : expect.anything(), { at: 4 }],
  ])
})

it('a process that is killed in the middle of a batch is replaced, and every call is answered', async () => {
  const code = codeOf(
    'const onTrack = async (event) => { await new Promise((resolve) => setTimeout(resolve, 300)); return event }',
  )
  const killed = processIdOf('spa_killed')
  const running = callCode(
    'spa_killed',
    code,
    Array.from({ length: 50 }, (_, at) => ['onTrack', `{"at":${at}}`] as const),
  )
  const pid = await until('a process', async () => processIdOf('spa_killed'))
  expect(killed).toBeUndefined()
  process.kill(pid, 'SIGKILL')
  expect((await running).map(gave)).toEqual(Array.from({ length: 50 }, (_, at) => ({ at })))
  expect(processIdOf('spa_killed')).not.toBe(pid)
})

it('who is killed leaves no process behind, not even one that hangs', async () => {
  const sandbox = new URL('../../src/function/sandbox.ts', import.meta.url).href
  const script = `
    const { callCode, processIdOf } = await import(${JSON.stringify(sandbox)})
    setInterval(() => {}, 1000)
    const code = { key: 'k', code: 'const onTrack = (event) => event; const onPage = () => { for (;;); }', settings: '{}', limitMs: 60000 }
    await callCode('idle', code, [['onTrack', '{}']])
    await callCode('busy', code, [['onTrack', '{}']])
    callCode('busy', code, [['onPage', '{}']])
    setTimeout(() => console.log(JSON.stringify([processIdOf('idle'), processIdOf('busy')])), 300)`
  const parent = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(parent.stdout, 'data')
  const [idle, busy] = JSON.parse(`${said}`) as [number, number]
  parent.kill('SIGKILL')
  // One that is dead and that nobody has asked about is still listed, as a zombie.
  const isGone = (pid: number) => async () =>
    !/^\S*[RSDTt]/.test(spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).stdout)
  await until('the idle one to be gone', isGone(idle))
  const told = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0
  if (told) await until('the busy one to be gone', isGone(busy))
  else process.kill(busy, 'SIGKILL')
})

it('what the platform has is there: hashes, base64, addresses, timers, a cache', async () => {
  const cases: readonly (readonly [string, unknown])[] = [
    [
      `crypto.createHash('sha256').update('a').update('b').digest('hex')`,
      'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603',
    ],
    [`crypto.createHmac('sha1', 'k').update('a').digest('base64')`, createHmac('sha1', 'k').update('a').digest('base64')],
    [`crypto.createHash('md5').update(new Uint8Array([255])).digest().length`, 16],
    [`/^[0-9a-f-]{36}$/.test(crypto.randomUUID())`, true],
    [`[btoa('é'), atob('6Q==')]`, ['6Q==', 'é']],
    [
      `(() => { const u = new URL('https://a.b/c?x=1#h'); u.searchParams.append('y', 'ü'); u.pathname = '/d'; return [u.href, u.host, u + ''] })()`,
      Array(3).fill('https://a.b/d?x=1&y=%C3%BC#h').with(1, 'a.b'),
    ],
    [
      `[...new URLSearchParams('?a=1&a=2&b=%20')]`,
      [
        ['a', '1'],
        ['a', '2'],
        ['b', ' '],
      ],
    ],
    [
      `(() => { const p = new URLSearchParams({ a: 1 }); p.set('a', 2); p.append('b', '&'); return [p.toString(), p.get('a'), p.has('c')] })()`,
      ['a=2&b=%26', '2', false],
    ],
    [
      `await (async () => { let made = 0; const one = () => cache.load('k', -1, async () => ++made); await one(); await one(); cache.delete('k'); return one() })()`,
      2,
    ],
    [
      `await new Promise((resolve) => { const t = setTimeout(() => resolve('cleared'), 5); clearTimeout(t); setTimeout(resolve, 20, 'second') })`,
      'second',
    ],
  ]
  for (const [expression, value] of cases) expect(await worthOf(expression), expression).toEqual({ is: value })
  const { logs } = await call('function onTrack(event) { for (let i = 0; i < 1000; i++) console.warn("line", i); return event }')
  expect([logs.length, logs.slice(0, 14)]).toEqual([4_096, 'line 0\nline 1\n'])
})

it('syntax that is wrong, and import, are told with line and column', () => {
  expect(problemsOfCode('const a = 1\nfunction onTrack(event) {\n  return event +\n}')).toEqual([
    { field: 'code', message: 'line 4, column 1: Unexpected token', remedy: 'correct it' },
  ])
  expect(problemsOfCode("import fs from 'fs'")[0]?.message).toMatch(/^line 1, column 1: 'import' and 'export'/)
  expect(problemsOfCode("const a = '\\u0069mport(1)'\n  // import('x')\n;`${import('x')}`")[0]?.message).toBe(
    'line 3, column 5: import() is not available',
  )
  for (const fine of [
    'const imports = "import (x)"; function onTrack(e) { return e.import }',
    'var a = /import("x")/',
    '`import("x")`',
  ])
    expect(problemsOfCode(fine), fine).toEqual([])
  expect(problemsOfCode('x'.repeat(100_001))[0]?.message).toContain('100000')
})

it('whatever goes over the bridge comes back as it was', async () => {
  const echo = codeOf('const onTrack = (event) => ({ event })')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ noUnicodeString: false }), { maxLength: 40 }), async (events) => {
      const outcomes = await callCode(
        'spa_echo',
        echo,
        events.map((event) => ['onTrack', JSON.stringify(event)] as const),
      )
      expect(outcomes.map(gave)).toEqual(events.map((event) => JSON.parse(JSON.stringify({ event }))))
    }),
    { numRuns: 40 },
  )
})

it('whatever code says, every call is answered and the process goes on', async () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '=>',
      'async ',
      'await ',
      'return ',
      'event',
      'throw ',
      'null',
      '`',
      '\n',
      '//',
      '/*',
      'this',
      '[',
      ']',
      'new ',
      'Proxy',
      'JSON',
      'delete ',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.string(), async (pieces, handler) => {
      const wild = codeOf(`const onTrack = async (event) => { ${pieces.join('')}\n}`, { limitMs: 300 })
      const outcomes = await callCode('spa_wild', wild, [
        ['onTrack', '{}'],
        [handler.replaceAll(/\s/g, '_') || 'x', '{}'],
      ])
      expect(outcomes.length).toBe(2)
      for (const outcome of outcomes) expect('gave' in outcome || outcome.failure.kind !== 'Died').toBe(true)
    }),
    { numRuns: 100 },
  )
  expect(gave(await call('const onTrack = (event) => event', { a: 1 }, 'spa_wild'))).toEqual({ a: 1 })
})
