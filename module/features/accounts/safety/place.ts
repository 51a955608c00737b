import { isIPv6 } from 'node:net'
import { blockOf } from '../../../access/limits.js'
import type { RequestContext } from '../../../web/routes.js'

/**
 * "from 192.0.2.7": what of a network address its owner may know again. Of IPv6 the half that names the house, as
 * `2001:db8:1:2…`: the other half changes by the day. '' where there is none.
 */
export function placeText({ t }: Pick<RequestContext, 't'>, address: string): string {
  if (address === '') return ''
  const block = blockOf(address)
  return t('account.place', {
    address: isIPv6(address) && block !== address && !block.includes('.') ? `${block}…` : block,
  })
}
