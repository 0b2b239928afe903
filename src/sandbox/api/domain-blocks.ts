import { Refusal } from '../failure.ts'
import { booleanParam, enumParam, idParam, scalarParam, textParam } from '../ruby-casts.ts'
import { actorOf, found, given, sha256, type HttpAnswer, type Call } from '../http.ts'
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
  type DomainBlockRow,
} from '../models/domain-block.ts'
import { comparedDomain } from '../names.ts'
import { page } from './paging.ts'
import { CACHED } from './rendering.ts'
import { anyone, resource, type Route } from './route.ts'
import { text } from './settings.ts'

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

async function listBlocks(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page(call, {
    select: BLOCK_FIELDS,
    from: 'domain_blocks where true',
    id: 'domain_blocks.id',
    max: 500,
  })
  return { body: rows, headers }
}

async function showBlock(call: Call): Promise<HttpAnswer> {
  return { body: await read(call) }
}

async function postBlock(call: Call): Promise<HttpAnswer> {
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

async function putBlock(call: Call): Promise<HttpAnswer> {
  await updateBlock(call.session, actorOf(call), await read(call), changeOf(call))
  return showBlock(call)
}

async function deleteBlock(call: Call): Promise<HttpAnswer> {
  await destroyBlock(call.session, actorOf(call), await read(call))
  return { body: {} }
}

/** The public list, where the settings show it; an obfuscated name keeps its ends. */
async function listPublicBlocks(call: Call): Promise<HttpAnswer> {
  const audience = await text(call, 'show_domain_blocks')
  const shown = audience === 'all' || (audience === 'users' && call.token?.user_id !== undefined)
  if (!shown) return { status: 404, text: '', headers: { 'content-type': 'text/html' } }
  const rationale = await text(call, 'show_domain_blocks_rationale')
  const reasons = rationale === 'all' || (rationale === 'users' && call.token?.user_id !== undefined)
  const blocks = await call.session.query<
    DomainBlockRow & { readonly obfuscate: boolean; readonly public_comment: string | null }
  >(
    `select ${BLOCK_FIELDS} from domain_blocks b
     where b.severity <> 2 or reject_media or reject_reports order by b.severity = 1 desc, domain`,
  )
  const body = blocks.map(({ domain, severity, obfuscate, public_comment }) => ({
    domain: obfuscate ? obfuscated(domain) : domain,
    digest: sha256(domain),
    severity,
    ...(reasons ? { comment: public_comment ?? '' } : {}),
  }))
  return { headers: audience === 'all' ? CACHED : {}, body }
}

function obfuscated(domain: string): string {
  const shown = Math.floor(domain.length / 4)
  return domain
    .split('')
    .map((letter, index) => (index <= shown || index >= domain.length - shown || letter === '.' ? letter : '*'))
    .join('')
}

/** The API's routes of domain blocks. */
export const ROUTES: readonly Route[] = [
  ...resource('domain_blocks', 'manage_federation', {
    list: listBlocks,
    show: showBlock,
    create: postBlock,
    update: putBlock,
    destroy: deleteBlock,
  }),
  anyone('/api/v1/instance/domain_blocks', listPublicBlocks),
]
