import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { FAILURES } from '../../src/function/failure.ts'
import { callCode } from '../../src/function/sandbox.ts'
import { codeOf, gave, worthOf } from './support.ts'

// Each is an expression that says what it found; what is behind a wall is undefined, or throws.
const ATTACKS: readonly string[] = [
  `this.constructor.constructor('return process')()`,
  `globalThis.constructor.constructor('return process')()`,
  `(async () => {}).constructor('return process')()`,
  `(function* () {}).constructor('return process')()`,
  `eval('1 + 1')`,
  `new Function('return 1')()`,
  `process`,
  `require('fs')`,
  `module`,
  `__usher_step.constructor('return process')()`,
  `fetch.constructor('return process')()`,
  `setTimeout.constructor('return process')()`,
  `new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`,
  `new WebSocket('ws://example.com')`,
  `new SharedArrayBuffer(8)`,
  `(() => { const f = () => { try { return f() } catch (e) { return e.constructor.constructor('return process')() } }; return f() })()`,
  `(() => { Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getThis()?.process ?? site.getFunction()?.constructor('return process')()); return new Error().stack.find(Boolean).pid })()`,
  `(() => { const f = () => { try { return console.log(f()) } catch (e) { return e.constructor('x').constructor.constructor('return process')() } }; return f() })()`,
  `(() => { let found; Object.defineProperty(Object.prototype, 'ok', { get() { found = this }, configurable: true }); try { btoa('x') } catch {} return found?.constructor.constructor('return process')() })()`,
  `(() => { JSON.parse = (text) => ({ ok: text }); return btoa('x').constructor.constructor('return process')() })()`,
  `(() => { let found; Array.prototype.push = function () { found = this }; console.log({}); return found.constructor.constructor('return process')() })()`,
  `Function.prototype.caller`,
  `arguments.callee.caller.constructor('return process')()`,
  `(() => { const e = new Error(); Error.captureStackTrace(e, () => {}); return e.constructor.constructor('return process')() })()`,
  `await fetch({ toString() { throw new Error('x') } }).catch((e) => e.constructor.constructor('return process')())`,
  `await fetch('http://127.0.0.1:1').catch((e) => e.constructor.constructor('return process')())`,
  `new URL('nonsense').href`,
  `atob('*').constructor.constructor('return process')()`,
  `crypto.createHash('none').update('x').digest('hex')`,
  `(() => { try { crypto.createHash('none').update('x').digest('hex') } catch (e) { return e.constructor.constructor('return process')() } })()`,
  `await import('node:net')`,
  `await import('node:fs').catch((e) => e.constructor.constructor('return process')())`,
  `await import('node:fs').catch((e) => { e.constructor.prototype.polluted = 1; return {}.polluted })`,
  `await import('node:net').catch((e) => e.constructor.prepareStackTrace = (_, s) => s)`,
]

it('FUN-16 no way leads out: not by constructors, getters, errors, stacks, promises or modules', async () => {
  for (const attack of ATTACKS) {
    const found = (await worthOf(attack)) as { readonly is?: unknown; readonly kind?: string }
    expect('kind' in found || found.is === undefined || found.is === null, `${attack}: ${JSON.stringify(found)}`).toBe(true)
  }
  expect(
    await worthOf('[typeof Buffer, typeof navigator, typeof queueMicrotask, typeof Worker, Object.keys(globalThis)]'),
  ).toEqual({
    is: ['undefined', 'undefined', 'undefined', 'undefined', ['onTrack']],
  })
})

it('FUN-16 the process has no environment, no files but its own, and no way to a socket, even for code that got out of its world', async () => {
  const probe = new URL('../../src/function/sandbox/disarm.ts', import.meta.url)
  const folder = new URL('.', probe).pathname
  const script = `
    const net = await import('node:net'), { disarm } = await import(${JSON.stringify(probe.href)}), p = process, fs = await import('node:fs'), child = await import('node:child_process')
    disarm()
    const said = []
    const attempt = async (name, act) => { try { await act(); said.push(name) } catch {} }
    await attempt('connect', () => new net.Socket().connect(80, '127.0.0.1'))
    await attempt('prototype', () => net.Socket.prototype.connect.call({}, 80))
    await attempt('listen', () => net.createServer().listen(0))
    await attempt('import', () => import('node:http'))
    await attempt('binding', () => p.binding('tcp_wrap'))
    await attempt('builtin', () => p.getBuiltinModule('net'))
    await attempt('fetch', () => fetch('http://127.0.0.1'))
    await attempt('files', () => fs.readFileSync('/etc/passwd'))
    await attempt('write', () => fs.writeFileSync('/tmp/x', ''))
    await attempt('program', () => child.spawnSync('ls'))
    await attempt('code', () => Function('return 1')())
    await attempt('freeze', () => { Object.prototype.x = 1; if ({}.x !== 1) throw 0 })
    fs.writeSync(1, JSON.stringify([said, Object.keys(p.env)]))`
  const flags = [
    '--permission',
    `--allow-fs-read=${folder}`,
    '--disallow-code-generation-from-strings',
    '--frozen-intrinsics',
    '--no-warnings',
  ]
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
    env: {},
    encoding: 'utf8',
  })
  expect([stdout.trim(), stderr]).toEqual(['[[],[]]', ''])
})

it('FUN-16 code that spoils its own world spoils nothing outside of it', async () => {
  const spoilers: readonly string[] = [
    `Array.prototype.find = () => ['Died'];`,
    `Object.keys = () => [{}]; Array.prototype.filter = () => 7;`,
    `Headers.prototype.entries = () => [[{}, null], 5]; Object.getPrototypeOf(Headers.prototype).entries = () => 'x';`,
    `RegExp.prototype.exec = () => ['c', '1', 'onTrack', '{}'];`,
    `Map.prototype.get = () => undefined; Promise.prototype.then = () => 5;`,
    `Symbol.iterator; Array.prototype[Symbol.iterator] = function* () { yield 'x' };`,
    `Object.defineProperty(Object.prototype, 'failure', { get() { return { kind: 'none' } }, configurable: true });`,
    `String.prototype.slice = () => ({}); Error.prototype.toString = () => ({});`,
    `globalThis.JSON = undefined; globalThis.Promise = undefined; globalThis.Error = undefined; globalThis.Object = undefined;`,
  ]
  for (const spoiler of spoilers) {
    const code = `${spoiler}\nasync function onTrack(event) { console.log(event); fetch('http://10.0.0.1', { headers: { a: 'b' } }).catch(() => {}); return { is: 1 } }\nfunction onPage() { throw new RetryError('x') }`
    const outcomes = await callCode('spa_spoiled', codeOf(code, { limitMs: 500 }), [
      ['onTrack', '{}'],
      ['onPage', '{}'],
      ['?', ''],
    ])
    expect(outcomes.length).toBe(3)
    for (const outcome of outcomes)
      expect('gave' in outcome || Object.hasOwn(FAILURES, outcome.failure.kind), JSON.stringify([spoiler, outcome])).toBe(true)
    expect(
      gave((await callCode('spa_spoiled', codeOf('const onTrack = (event) => event'), [['onTrack', '{"a":1}']]))[0]),
    ).toEqual({ a: 1 })
  }
}, 120_000)

it('FUN-12 what one function does to its world no other sees, nor the same one with other settings', async () => {
  const spoil = `Object.prototype.spoiled = 1; Array.prototype.map = () => ['bad']; JSON.stringify = () => 'bad'; globalThis.seen = 1
    let kept; function onTrack(event, settings) { kept ??= settings.key; return { kept, spoiled: {}.spoiled, seen: typeof seen } }`
  const look = `let kept; function onTrack(event, settings) { kept ??= settings.key; return { kept, spoiled: {}.spoiled, seen: typeof seen, map: [1].map(String) } }`
  const asked = async (code: string, key: string, settings: string) =>
    gave((await callCode('spa_two', codeOf(code, { key, settings: `{"key":"${settings}"}` }), [['onTrack', '{}']]))[0])
  expect(await asked(spoil, 'spoil', 'one')).toEqual({ kept: 'one', spoiled: 1, seen: 'number' })
  expect(await asked(look, 'look 1', 'one')).toEqual({ kept: 'one', seen: 'undefined', map: ['1'] })
  expect(await asked(look, 'look 2', 'two')).toEqual({ kept: 'two', seen: 'undefined', map: ['1'] })
  expect(await asked(look, 'look 1', 'one')).toEqual({ kept: 'one', seen: 'undefined', map: ['1'] })
})
