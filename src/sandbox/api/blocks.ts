import { Refusal } from '../failure.ts'
import { booleanParam, enumParam, idParam, scalarParam, textParam } from '../ruby-casts.ts'
import { found, given, type HttpAnswer, type Call } from '../http.ts'
import {
  BLOCK_FIELDS,
  createBlocks,
  destroyBlock,
  findBlocks,
  ruleFor,
  SEVERITIES,
  stricterThan,
  updateBlock,
  type BlockChange,
} from '../models/domain-blocks.ts'
import { comparedDomain } from '../names.ts'
import { page } from './paging.ts'

export const actorOf = (call: Call): string => call.token?.account_id ?? ''

function changeOf({ params }: Call): BlockChange {
  const severity = enumParam(params, 'severity', SEVERITIES)
  return given({
    severity: severity === undefined || severity === null ? severity : String(severity),
    reject_media: booleanParam(params, 'reject_media'),
    reject_reports: booleanParam(params, 'reject_reports'),
    private_comment: textParam(params, 'private_comment'),
    public_comment: textParam(params, 'public_comment'),
    obfuscate: booleanParam(params, 'obfuscate'),
  })
}

const read = async (call: Call) => found(await findBlocks(call.session, [idParam(call.params, 'id')]))

export async function listBlocks(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page(call, {
    select: BLOCK_FIELDS,
    from: 'domain_blocks where true',
    id: 'domain_blocks.id',
    max: 500,
  })
  return { body: rows, headers }
}

export async function showBlock(call: Call): Promise<HttpAnswer> {
  return { body: await read(call) }
}

export async function postBlock(call: Call): Promise<HttpAnswer> {
  const domain = textParam(call.params, 'domain') ?? ''
  const change = changeOf(call)
  const existing = await existingFor(call, domain)
  if (existing !== undefined && (existing.domain === comparedDomain(domain) || !stricterThan(change, existing))) {
    throw new Refusal(422, {
      error: `You have already imposed stricter limits on ${existing.domain}.`,
      existing_domain_block: existing,
    })
  }
  const ids = await createBlocks(call.session, actorOf(call), [{ domain, ...change }])
  return { body: found(await findBlocks(call.session, ids)) }
}

/**
 * The block that is in the way. A number or a yes has no `strip`, which the server calls to look for it; a no is
 * nothing to look for.
 */
async function existingFor(call: Call, domain: string): ReturnType<typeof ruleFor> {
  const asked = scalarParam(call.params, 'domain')
  if (typeof asked === 'number' || asked === true) throw new TypeError("undefined method 'strip'")
  return asked === false ? undefined : ruleFor(call.session, domain)
}

export async function putBlock(call: Call): Promise<HttpAnswer> {
  await updateBlock(call.session, actorOf(call), await read(call), changeOf(call))
  return showBlock(call)
}

export async function deleteBlock(call: Call): Promise<HttpAnswer> {
  await destroyBlock(call.session, actorOf(call), await read(call))
  return { body: {} }
}
