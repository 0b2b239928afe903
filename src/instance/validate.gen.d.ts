import type { ErrorObject } from 'ajv'
import type { FileName } from './documents.ts'

/** A validator compiled ahead from the schema of one file. */
export interface Validator {
  (data: unknown): boolean
  errors?: ErrorObject[] | null
}

export declare const validators: Readonly<Record<FileName, Validator>>
