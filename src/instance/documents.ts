import type { Documents } from './schema.gen.ts'

export type * from './schema.gen.ts'

export type FileName = keyof Documents

/** Every file that is read, in the order in which problems are told. */
export const FILE_NAMES = [
  'instance.yaml',
  'policy.yaml',
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'roles.yaml',
  'moderators.yaml',
  'rules.yaml',
  'settings.yaml',
  'terms-of-service.yaml',
] as const satisfies readonly FileName[]

export function isFileName(name: string): name is FileName {
  return (FILE_NAMES as readonly string[]).includes(name)
}
