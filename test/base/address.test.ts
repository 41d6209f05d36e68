import { expect, it } from 'vitest'
import { checkedLookup, hostOf, isNobodys } from '../../src/base/address.ts'

it('knows addresses that are nobody’s, however a URL writes them', () => {
  const nobodys = [
    'http://169.254.169.254/',
    'http://0xA9FEA9FE/',
    'http://2852039166/',
    'http://[fe80::1]/',
    'http://[::]/',
    'http://0/',
  ]
  expect(nobodys.filter((url) => !isNobodys(hostOf(new URL(url))))).toEqual([])
  const fine = ['http://127.0.0.1/', 'http://10.1.2.3/', 'http://[::1]/', 'http://example.com/', 'http://93.184.216.34/']
  expect(fine.filter((url) => isNobodys(hostOf(new URL(url))))).toEqual([])
})

it('looks up what may be connected to, and fails for what may not', async () => {
  const look = (host: string, options: object) =>
    new Promise((resolve, reject) => checkedLookup(host, options, (error, address) => (error ? reject(error) : resolve(address))))
  expect(['127.0.0.1', '::1']).toContain(await look('localhost', {}))
  expect(await look('127.0.0.1', { all: true })).toEqual([{ address: '127.0.0.1', family: 4 }])
  await expect(look('169.254.169.254', {})).rejects.toThrow('no connection is made to 169.254.169.254')
})
