import { lookup } from 'node:dns/promises'
import { isNobodys } from '../base/address.ts'
import { Refused, Unavailable } from '../base/errors.ts'

const refused = (host: string): Refused =>
  new Refused('warehouse_host', `No connection is made to ${host}. Choose the address of your database.`, { status: 422 })

/**
 * The address behind a host name, checked and to be connected to as it is, so that a name which answers otherwise the next moment leads
 * nowhere else. `allowed`: the only hosts there may be, where the operator names some. @throws Refused for a host that is none of a customer's.
 */
export const addressOf = async (host: string, allowed: readonly string[] | undefined): Promise<string> => {
  if (allowed && !allowed.includes(host.toLowerCase()))
    throw new Refused('warehouse_host', `${host} is not among the hosts that USHER_WAREHOUSE_HOSTS allows.`, { status: 422 })
  const found = await lookup(host, { all: true }).catch((cause: unknown) => {
    throw new Unavailable('warehouse_away', `The host ${host} is not known.`, { cause })
  })
  for (const { address } of found) if (isNobodys(address)) throw refused(host)
  const [first] = found
  if (!first) throw refused(host)
  return first.address
}
