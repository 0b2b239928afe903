import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  visit,
  type CollectionTag,
  type CST,
  type Document,
  type Pair,
  type ScalarTag,
  type Tags,
} from 'yaml'
import { bodyStart, column } from '../edit/original.ts'
import { OPTIONS } from '../edit/render.ts'

type Written = (indent: string, comment: string) => string
type Writing = NonNullable<ScalarTag['stringify']>

/** A document that writes its words and quotes, and brackets over several lines, as they were. */
export interface DocumentAsWritten {
  readonly doc: Document.Parsed
  /** Makes the document ready to be written; nothing in it can be moved any more. */
  readonly close: () => Document.Parsed
}

/** Reads a document to write it again with another layout alone. Its line ends are LF. */
export function asWritten(text: string): DocumentAsWritten {
  const forms = new WeakMap<object, Written>()
  const doc = parseDocument(text, {
    ...OPTIONS,
    intAsBigInt: true,
    uniqueKeys: false,
    logLevel: 'silent',
    keepSourceTokens: true,
    customTags: (tags) => tagsWith(forms, tags),
  })
  visit(doc, {
    Scalar: (_, node) => {
      const form = formOf(text, node)
      if (form) forms.set(node, form)
    },
    Pair: (_, pair) => behindKey(pair),
  })
  return {
    doc,
    close: () => (visit(doc, { Collection: (_, node, path) => bracketed(text, node, path.at(-1), forms) }), doc),
  }
}

/** A comment behind the key of a block is the key's; the parser puts it above the first entry. */
function behindKey({ key, value, srcToken }: Pair): void {
  const sep = srcToken?.sep ?? []
  const colon = sep.findIndex(({ type }) => type === 'map-value-ind')
  const comment = sep.slice(colon + 1).find(({ type }) => type !== 'space')
  if (comment?.type !== 'comment' || !isScalar(key) || key.comment || !isCollection(value) || !value.commentBefore)
    return
  const own = comment.source.slice(1) || ' '
  if (value.commentBefore !== own && !value.commentBefore.startsWith(`${own}\n`)) return
  key.comment = own
  value.commentBefore = value.commentBefore.slice(own.length + 1)
}

/** A stretch in brackets is a scalar of this kind once the document is closed. */
const isStandIn = (value: unknown): boolean => value === STAND_IN
const STAND_IN = Object.freeze({})

function tagsWith(forms: WeakMap<object, Written>, tags: Tags): Tags {
  const asItWas =
    (other: Writing): Writing =>
    (item, ctx, onComment, onChompKeep) => {
      const form = forms.get(item)
      if (form === undefined) return other(item, ctx, onComment, onChompKeep)
      const isBlock = item.type === 'BLOCK_LITERAL' || item.type === 'BLOCK_FOLDED'
      if (isBlock && item.comment) onComment?.()
      return form(ctx.indent, isBlock && item.comment ? ` #${item.comment}` : '')
    }
  const wrapped = tags.map((tag) =>
    isScalarTag(tag) && tag.stringify ? { ...tag, stringify: asItWas(tag.stringify) } : tag,
  )
  return [
    {
      tag: '!brackets',
      default: true,
      identify: isStandIn,
      resolve: (value) => value,
      stringify: asItWas(() => ''),
    } satisfies ScalarTag,
    ...wrapped,
  ]
}

const isScalarTag = (tag: Tags[number]): tag is ScalarTag => typeof tag === 'object' && !isCollectionTag(tag)
const isCollectionTag = (tag: ScalarTag | CollectionTag): tag is CollectionTag => tag.collection !== undefined

/** How a scalar was written; undefined where only its meaning can be written. */
function formOf(text: string, { range, srcToken }: Scalar): Written | undefined {
  if (!range || !srcToken) return undefined
  if (srcToken.type === 'block-scalar') return blockForm(text, srcToken)
  const [first = '', ...others] = text.slice(range[0], range[1]).split('\n')
  const rest = others.map((line) => line.trim())
  return (indent) => [first.trimEnd(), ...rest.map((line) => line && indent + line)].join('\n')
}

function blockForm(text: string, token: CST.BlockScalar): Written | undefined {
  const header = token.props.find((prop) => prop.type === 'block-scalar-header')
  // Where its indentation or the lines at its end are counted, the meaning is written.
  if (header === undefined || !('source' in header) || /[\d+]/.test(header.source)) return undefined
  const lines = text.slice(bodyStart(token), bodyStart(token) + token.source.length).split('\n')
  const cut = lines.find((line) => line.trim() !== '')?.search(/\S/) ?? 0
  const last = lines.findLastIndex((line) => line.length > cut)
  return (indent, comment) =>
    [
      header.source + comment,
      ...lines.slice(0, last + 1).map((line) => (line.length > cut ? indent + line.slice(cut) : '')),
    ].join('\n')
}

/** Keeps brackets over several lines as they were: people lay them out by hand. */
function bracketed(
  text: string,
  node: unknown,
  owner: unknown,
  forms: WeakMap<object, Written>,
): Scalar | symbol | undefined {
  if (!isMap(node) && !isSeq(node)) return undefined
  const [start = 0, end = 0] = node.range ?? []
  const token = node.srcToken
  const [first = '', ...rest] = text.slice(start, end).split('\n')
  if (token?.type !== 'flow-collection' || rest.length === 0) return undefined
  const stand = new Scalar(STAND_IN)
  const behind = token.end.flatMap((one) => (one.type === 'comment' ? [one.source.slice(1)] : []))
  Object.assign(stand, {
    commentBefore: node.commentBefore,
    spaceBefore: node.spaceBefore,
    anchor: node.anchor,
    comment: behind.join('\n') || null,
  })
  const dash = text.lastIndexOf('-', start)
  const from = column(text, isPair(owner) && isScalar(owner.key) ? (owner.key.range?.[0] ?? start) : dash)
  forms.set(stand, (indent) =>
    [first, ...rest.map((line) => shifted(line, indent.length - '  '.length - from))].join('\n'),
  )
  return stand
}

/** A line further in or out. */
function shifted(line: string, by: number): string {
  const ink = line.search(/\S/)
  return ink < 0 ? '' : ' '.repeat(Math.max(0, ink + by)) + line.slice(ink)
}

/** Whether a document is one stretch in brackets, as JSON is. */
export const isInBrackets = ({ contents }: Document.Parsed): boolean =>
  isCollection(contents) && contents.srcToken?.type === 'flow-collection'
